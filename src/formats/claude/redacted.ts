/**
 * Marks opaque reasoning of Anthropic where a format has one place for all proofs, so that it comes
 * back as what it was (translate-openai-claude.md 3.8).
 */
export const REDACTED_CARRIER = 'claude-redacted-thinking:';

/** Where and how the OAuth tokens of each provider are renewed. */
import type { UpstreamRequest } from '../upstream/types.ts';
import { claudeRefreshRequest, readClaudeRefreshAnswer } from './claude/oauth.ts';
import { CLAUDE_LEAD_MS, claudeEndpoints } from './claude/oauth-endpoints.ts';
import { refreshRequest } from './codex/oauth.ts';
import { CODEX_LEAD_MS, codexEndpoints } from './codex/oauth-endpoints.ts';
import { readRefreshAnswer, type RefreshOutcome } from './oauth/token-endpoint.ts';

/** The token endpoint of one provider. */
export interface TokenService {
  /** Address in force. */
  url(): string;
  /** Tokens are renewed this long before they end, milliseconds. */
  readonly leadMs: number;
  request(url: string, refreshToken: string, proxyUrl: string): UpstreamRequest;
  /** `headers`: flat pairs. */
  read(status: number, body: string, nowMs: number, headers: readonly string[]): RefreshOutcome;
}

const CODEX: TokenService = {
  url: () => codexEndpoints().token,
  leadMs: CODEX_LEAD_MS,
  request: refreshRequest,
  read: readRefreshAnswer,
};

const CLAUDE: TokenService = {
  url: () => claudeEndpoints().token,
  leadMs: CLAUDE_LEAD_MS,
  request: claudeRefreshRequest,
  read: readClaudeRefreshAnswer,
};

/** The service for a provider's credential files. */
export const tokenServiceFor = (provider: string): TokenService =>
  provider === 'claude' ? CLAUDE : CODEX;

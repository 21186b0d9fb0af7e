/** Which upstream family serves a credential. */
import type { CredentialRecord } from '../credentials/record.ts';
import { SwitchyardError } from '../errors.ts';
import { claudeProvider } from './claude/provider.ts';
import { codexProvider } from './codex/provider.ts';
import { compatibleProvider } from './openai-compatible/provider.ts';
import { geminiProvider } from './gemini/provider.ts';
import type { Provider } from './types.ts';
import { vertexProvider } from './vertex/provider.ts';

/** Provider keys of `openai-compatibility` items start with this (config.md 11.1). */
const COMPATIBLE_PREFIX = 'openai-compatible-';

/**
 * The provider of a credential; the same object for all credentials of a family.
 * @throws SwitchyardError `internal`: no record of another provider is ever made
 */
export function providerFor(record: CredentialRecord): Provider {
  if (record.provider === 'codex') return codexProvider;
  if (record.provider === 'claude') return claudeProvider;
  if (record.provider === 'gemini') return geminiProvider;
  if (record.provider === 'vertex') return vertexProvider;
  if (record.provider.startsWith(COMPATIBLE_PREFIX)) return compatibleProvider;
  throw new SwitchyardError('internal', { message: `no provider is called ${record.provider}` });
}

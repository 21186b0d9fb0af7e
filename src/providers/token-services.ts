/** Where and how the OAuth tokens of each provider are renewed. */
import type { UpstreamRequest } from '../upstream/types.ts';
import {
  CLAUDE_LEAD_MS,
  claudeRefreshRequest,
  claudeTokenUrl,
  readClaudeRefreshAnswer,
} from './claude/oauth.ts';
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
  read(status: number, body: string, nowMs: number): RefreshOutcome;
}

const CODEX: TokenService = {
  url: () => codexEndpoints().token,
  leadMs: CODEX_LEAD_MS,
  request: refreshRequest,
  read: readRefreshAnswer,
};

const CLAUDE: TokenService = {
  url: claudeTokenUrl,
  leadMs: CLAUDE_LEAD_MS,
  request: claudeRefreshRequest,
  read: readClaudeRefreshAnswer,
};

/** The service for a provider's credential files. */
export const tokenServiceFor = (provider: string): TokenService =>
  provider === 'claude' ? CLAUDE : CODEX;

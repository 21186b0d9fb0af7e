/** The API surfaces that exist, by client format. */
import { chatStreamError, imageStreamError } from './errors/stream.ts';
import { claudeIdHeaders, claudeStreamError } from './errors/claude.ts';
import { countClaudeTokens } from '../formats/claude/count-tokens.ts';
import { countedRequest, countGeminiTokens } from '../formats/gemini/count-tokens.ts';
import { googleArrayError, googleStreamError } from './errors/google.ts';
import { isOfficialCodexClient, streamFailureFrame } from '../formats/responses/failure.ts';
import { renderError } from './errors/render.ts';
import { SwitchyardError } from '../errors.ts';
import type { ClientFormat } from '../formats/format.ts';
import type { Surface } from './surface.ts';
import type { TurnFailure } from '../turn.ts';

const SSE_COMMENT = ': keep-alive\n\n';

const CHAT: Surface = {
  format: 'openai',
  keepAlive: SSE_COMMENT,
  error: (failure) => renderError(failure, 'openai'),
  streamError: (failure) => chatStreamError(failure),
};

const RESPONSES: Surface = {
  format: 'openai-response',
  keepAlive: SSE_COMMENT,
  error: (failure) => renderError(failure, 'responses'),
  streamError: (failure, exchange) =>
    streamFailureFrame(
      failure,
      isOfficialCodexClient(exchange.header('user-agent'), exchange.header('originator')),
    ),
};

const IMAGES: Surface = {
  format: 'openai-image',
  keepAlive: SSE_COMMENT,
  error: (failure) => renderError(timedOutIfCut(failure), 'openai'),
  streamError: (failure) => imageStreamError(failure),
};

/** An image whose stream was cut is a 504, however the connection ended (codex.md 8.1). */
function timedOutIfCut<F extends SwitchyardError | TurnFailure>(failure: F): F | TurnFailure {
  if (failure instanceof SwitchyardError || failure.code !== 'upstream_connection_lost') {
    return failure;
  }
  return { ...failure, status: 504 };
}

const COMPLETIONS: Surface = { ...CHAT, format: 'openai-completion' };

/** Comments would break the whole answer of Gemini CLI (clients.md 4.3). */
const GEMINI: Surface = {
  format: 'gemini',
  keepAlive: '\n',
  error: (failure) => renderError(failure, 'gemini'),
  streamError: (failure) => googleStreamError(failure),
  countTokens: countGeminiTokens,
  countedRequest,
};

const GEMINI_ARRAY: Surface = {
  ...GEMINI,
  streamForm: 'array',
  streamError: (failure) => googleArrayError(failure),
};

const CLAUDE: Surface = {
  format: 'claude',
  keepAlive: 'event: ping\ndata: {"type":"ping"}\n\n',
  error: (failure, requestId) => renderError(failure, 'claude', requestId),
  streamError: (failure, _exchange, requestId) => claudeStreamError(failure, requestId),
  idHeaders: claudeIdHeaders,
  countTokens: countClaudeTokens,
};

const SURFACES: Partial<Record<ClientFormat, Surface>> = {
  openai: CHAT,
  'openai-response': RESPONSES,
  'openai-image': IMAGES,
  'openai-completion': COMPLETIONS,
  gemini: GEMINI,
  claude: CLAUDE,
};

/**
 * The surface that answers clients of a format. `query`: of the request, without `?`; Gemini clients
 * say there that they want events, as Google has it (the reference takes events for the default).
 * @throws SwitchyardError `internal`.
 */
export function surfaceOf(format: ClientFormat, query = ''): Surface {
  if (format === 'gemini' && !asksForEvents(query)) return GEMINI_ARRAY;
  const surface = SURFACES[format];
  if (surface === undefined) {
    throw new SwitchyardError('internal', { message: `no surface speaks ${format}` });
  }
  return surface;
}

function asksForEvents(query: string): boolean {
  const parameters = new URLSearchParams(query);
  return (parameters.get('alt') ?? parameters.get('$alt')) === 'sse';
}

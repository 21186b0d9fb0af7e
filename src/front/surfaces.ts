/** The API surfaces that exist, by client format. */
import { chatStreamError } from './errors/stream.ts';
import { isOfficialCodexClient, streamFailureFrame } from '../formats/responses/failure.ts';
import { renderError } from './errors/render.ts';
import { SwitchyardError } from '../errors.ts';
import type { ClientFormat } from '../formats/format.ts';
import type { Surface } from './surface.ts';

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

const SURFACES: Partial<Record<ClientFormat, Surface>> = {
  openai: CHAT,
  'openai-response': RESPONSES,
};

/** The surface that answers clients of a format. @throws SwitchyardError `internal`. */
export function surfaceOf(format: ClientFormat): Surface {
  const surface = SURFACES[format];
  if (surface === undefined) {
    throw new SwitchyardError('internal', { message: `no surface speaks ${format}` });
  }
  return surface;
}

/** Gemini in the hub, as clients speak it: `generateContent` and its stream (thinking 1.1 to 1.3). */
import { isPresent, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { ClientSide } from '../hub.ts';
import { decodeGeminiRequest } from './decode-request.ts';
import { encodeGeminiAnswer } from './encode-answer.ts';
import { GeminiStreamEncoder } from './encode-stream.ts';

/** Clients of `models/{model}:generateContent` and `:streamGenerateContent`. */
export const geminiClient: ClientSide = {
  format: 'gemini',
  decodeRequest(body) {
    checkContents(body);
    return decodeGeminiRequest(body);
  },
  streamEncoder: ({ requestedModel, streamForm }) =>
    new GeminiStreamEncoder(requestedModel, streamForm ?? 'sse'),
  encodeAnswer: (answer, { requestedModel }) => encodeGeminiAnswer(answer, requestedModel),
};

function checkContents({ contents }: JsonObject): void {
  if (!isPresent(contents) || typeof contents === 'string' || typeof contents === 'object') return;
  throw new SwitchyardError('invalid_request', {
    message: 'contents must be an array',
    param: 'contents',
  });
}

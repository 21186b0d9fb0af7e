/** Anthropic Messages in the hub, as clients speak it (translate-openai-claude.md 6, 9.1). */
import { isPresent } from '../../canonical/value.ts';
import { parseBody } from '../body.ts';
import { wrongMessages } from '../chat/wrong-messages.ts';
import type { ClientSide } from '../hub.ts';
import { estimateTokens } from './count-tokens.ts';
import { decodeClaudeRequest } from './decode-request.ts';
import { encodeClaudeAnswer } from './encode-answer.ts';
import { ClaudeStreamEncoder } from './encode-stream.ts';

/**
 * Estimates of requests that were parsed on this thread: streams begin with them. The bodies of turns
 * bound them.
 */
const inputTokens = new WeakMap<Uint8Array, number>();

/** Clients of `POST /v1/messages`. */
export const claudeClient: ClientSide = {
  format: 'claude',
  decodeRequest(body) {
    if (isPresent(body.messages) && !Array.isArray(body.messages)) throw wrongMessages();
    return decodeClaudeRequest(body);
  },
  onRequest: (bytes, body) => void inputTokens.set(bytes, estimateTokens(body)),
  streamEncoder: ({ requestedModel: model, nowSeconds, requestBody }) =>
    new ClaudeStreamEncoder({
      model,
      nowSeconds,
      inputTokens: () => inputTokens.get(requestBody) ?? estimateTokens(parseBody(requestBody)),
    }),
  encodeAnswer: (answer, { requestedModel: model, nowSeconds }) =>
    JSON.stringify(encodeClaudeAnswer(answer, { model, nowSeconds })),
};

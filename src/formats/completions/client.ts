/**
 * `POST /v1/completions`, the text completions before chat (translate-openai-claude.md 9.6): the prompt
 * is one user message, the answer is its text. For upstreams such a client is a chat client.
 */
import type { CanonicalRequest } from '../../canonical/request.ts';
import { isPresent, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import { decodeChatRequest } from '../chat/decode-request.ts';
import type { ClientSide } from '../hub.ts';
import { encodeCompletion } from './encode-answer.ts';
import { CompletionStreamEncoder } from './encode-stream.ts';

export const completionsClient: ClientSide = {
  format: 'openai',
  decodeRequest: decodeCompletion,
  streamEncoder: (context) => new CompletionStreamEncoder(context),
  encodeAnswer: (answer, context) => JSON.stringify(encodeCompletion(answer, context)),
};

/** Stands for a prompt that is missing, as in the reference. */
const DEFAULT_PROMPT = 'Complete this:';

/** Members that mean the same in chat. `echo`, `suffix` and `best_of` have no counterpart there. */
const SHARED = [
  ...['model', 'stream', 'max_tokens', 'temperature', 'top_p', 'stop', 'seed', 'user'],
  ...['frequency_penalty', 'presence_penalty', 'prompt_cache_key', 'prompt_cache_retention'],
];

function decodeCompletion(body: JsonObject): CanonicalRequest {
  const shared = SHARED.filter((name) => name in body).map((name) => [name, body[name]] as const);
  const messages = [{ role: 'user', content: promptOf(body.prompt) }];
  return decodeChatRequest({ ...Object.fromEntries(shared), messages });
}

function promptOf(prompt: unknown): string {
  if (!isPresent(prompt)) return DEFAULT_PROMPT;
  const text: unknown = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof text === 'string') return text || DEFAULT_PROMPT;
  throw new SwitchyardError('invalid_request', {
    message: 'prompt must be one text; token lists and several prompts are not supported',
    param: 'prompt',
  });
}

/** Sampling and the like for a chat upstream, by what each client format may say. */
import type { CanonicalRequest } from '../../canonical/request.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';

/**
 * Members beside the translation. Those of Responses clients are not passed on (9.2), Claude clients
 * get one of temperature and `top_p` (9.1), Gemini clients all (translate-gemini-thinking.md 7.1).
 */
export function encodeSampling(request: CanonicalRequest, client: HubClient): JsonObject {
  if (client === 'openai-response') return {};
  const { options, identity } = request;
  const { temperature, topP, stop } = options;
  const isClaude = client === 'claude';
  return {
    temperature,
    top_p: isClaude && temperature !== undefined ? undefined : topP,
    top_k: isClaude ? undefined : options.topK,
    stop: stop === undefined || stop.length === 0 ? undefined : stop,
    n: options.candidates,
    seed: options.seed,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
    service_tier: isClaude ? undefined : options.serviceTier,
    user: identity.user,
  };
}

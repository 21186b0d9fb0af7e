/** Which client formats can be served by which upstream formats (design 4). */
import { chatToChat } from './chat/to-chat.ts';
import { chatToCodex } from './chat/to-codex.ts';
import type { ClientFormat, FormatPair, UpstreamFormat } from './format.ts';
import { imagesToImages } from './images/pass-through.ts';
import { imagesToCodex } from './images/to-codex.ts';
import { responsesToResponses } from './responses/pass-through.ts';
import { responsesToChat } from './responses/to-chat.ts';
import { responsesToCodex } from './responses/to-codex.ts';

const PAIRS: Partial<Record<ClientFormat, Partial<Record<UpstreamFormat, FormatPair>>>> = {
  openai: {
    openai: chatToChat,
    codex: chatToCodex,
    // Codex takes a subset of Responses, so what is built for it suits every such upstream.
    'openai-response': chatToCodex,
  },
  'openai-response': {
    openai: responsesToChat,
    codex: responsesToCodex,
    'openai-response': responsesToResponses,
  },
  'openai-image': {
    codex: imagesToCodex,
    'openai-image': imagesToImages,
  },
};

/** Both directions between two formats; undefined: there is no translation. */
export function pairFor(client: ClientFormat, upstream: UpstreamFormat): FormatPair | undefined {
  return PAIRS[client]?.[upstream];
}

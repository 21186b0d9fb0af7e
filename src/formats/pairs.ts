/** Which client formats can be served by which upstream formats (design 4). */
import { chatToChat } from './chat/to-chat.ts';
import { chatClient, chatUpstream } from './chat/sides.ts';
import { claudeClient } from './claude/client.ts';
import { claudeToClaude } from './claude/pass-through.ts';
import { chatForClaude } from './claude/to-chat.ts';
import { codexForClaude } from './claude/to-codex.ts';
import { claudeUpstream } from './claude/upstream.ts';
import { completionsClient } from './completions/client.ts';
import { codexUpstream } from './codex/sides.ts';
import type { ClientFormat, FormatPair, UpstreamFormat } from './format.ts';
import { geminiToGemini } from './gemini/pass-through.ts';
import { geminiToChat } from './gemini/to-chat.ts';
import { geminiToClaude } from './gemini/to-claude.ts';
import { geminiToCodex } from './gemini/to-codex.ts';
import { geminiUpstream } from './gemini/upstream.ts';
import { hubPair } from './hub.ts';
import { imagesToImages } from './images/pass-through.ts';
import { imagesToCodex } from './images/to-codex.ts';
import { responsesToResponses } from './responses/pass-through.ts';
import { responsesClient } from './responses/sides.ts';
import { responsesToCodex } from './responses/to-codex.ts';

const chatToCodex = hubPair(chatClient, codexUpstream);
const claudeToCodex = hubPair(claudeClient, codexForClaude);

const PAIRS: Partial<Record<ClientFormat, Partial<Record<UpstreamFormat, FormatPair>>>> = {
  openai: {
    openai: chatToChat,
    codex: chatToCodex,
    // Codex takes a subset of Responses, so what is built for it suits every such upstream.
    'openai-response': chatToCodex,
    claude: hubPair(chatClient, claudeUpstream),
    gemini: hubPair(chatClient, geminiUpstream),
  },
  'openai-response': {
    openai: hubPair(responsesClient, chatUpstream),
    codex: responsesToCodex,
    'openai-response': responsesToResponses,
    claude: hubPair(responsesClient, claudeUpstream),
    gemini: hubPair(responsesClient, geminiUpstream),
  },
  'openai-completion': {
    openai: hubPair(completionsClient, chatUpstream),
    codex: hubPair(completionsClient, codexUpstream),
    claude: hubPair(completionsClient, claudeUpstream),
    gemini: hubPair(completionsClient, geminiUpstream),
  },
  claude: {
    openai: hubPair(claudeClient, chatForClaude),
    codex: claudeToCodex,
    'openai-response': claudeToCodex,
    claude: claudeToClaude,
    gemini: hubPair(claudeClient, geminiUpstream),
  },
  gemini: {
    openai: geminiToChat,
    codex: geminiToCodex,
    'openai-response': geminiToCodex,
    claude: geminiToClaude,
    gemini: geminiToGemini,
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

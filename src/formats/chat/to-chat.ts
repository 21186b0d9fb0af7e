/**
 * The pair chat client → chat upstream (translate-openai-claude.md 9.3; providers.md 12): bytes
 * through. Model, usage wish, continuity key and effort are spliced in.
 */
import { isObject } from '../../canonical/value.ts';
import { ObjectEdits, applyEdits } from '../../json/edits.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import type { Member } from '../../json/members.ts';
import { memberOf, parseValue, readString, scanObject } from '../../json/scan.ts';
import { applyToCodex } from '../../thinking/codex.ts';
import { editImageTool } from '../codex/image-tool-edits.ts';
import type { FormatPair, RequestContext } from '../format.ts';
import { hubPair } from '../hub.ts';
import { forwardChat } from './forward.ts';
import { editReasoningSwitch } from './reasoning-switch.ts';
import { chatClient, chatUpstream, isMisplaced } from './sides.ts';
import { editToolContent } from './text-only.ts';
import { wrongMessages } from './wrong-messages.ts';

/** Chat clients on upstreams of the same format. */
export const chatToChat: FormatPair = {
  alwaysStreams: false,
  encodeRequest: editedChatBody,
  response: forwardChat,
};

/** For bodies that are no chat bodies. */
const translated = hubPair(chatClient, chatUpstream);

const OPEN_BRACKET = 0x5b;

/** Camel-case names that some clients send (clients.md 2, row 7). */
const ALIASES = [
  ['promptCacheKey', 'prompt_cache_key'],
  ['promptCacheRetention', 'prompt_cache_retention'],
] as const;

function editedChatBody(body: Uint8Array, context: RequestContext): Uint8Array {
  const members = scanObject(body);
  const messages = memberOf(members, 'messages');
  if (
    messages === undefined &&
    isMisplaced(Object.fromEntries(members.map(({ key }) => [key, 0])))
  ) {
    return translated.encodeRequest(body, context);
  }
  if (messages !== undefined && body[messages.valueStart] !== OPEN_BRACKET) throw wrongMessages();
  const edits = new ObjectEdits(body, members, closingBrace(body));
  edits.set('model', JSON.stringify(context.model));
  editCacheHints(members, edits, context);
  const isOff = editEffort(body, members, edits, context);
  if (context.openRouter === true && !isOff) editReasoningSwitch(body, members, edits);
  if (context.imageTool === 'remove') editImageTool(body, members, edits, 'remove');
  if (context.textOnly && messages !== undefined) editToolContent(body, messages, edits);
  if (context.stream) askForUsage(body, members, edits);
  return applyEdits(body, edits.edits());
}

function editCacheHints(
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
): void {
  const { cacheKey, keepRetention } = context;
  for (const [alias, name] of ALIASES) {
    const member = memberOf(members, alias);
    if (member === undefined) continue;
    const isDecided = name === 'prompt_cache_key' ? cacheKey !== undefined : !keepRetention;
    if (isDecided || memberOf(members, name) !== undefined) edits.remove(alias);
    else edits.rename(member, name);
  }
  if (cacheKey !== undefined) edits.set('prompt_cache_key', JSON.stringify(cacheKey));
  if (!keepRetention) edits.remove('prompt_cache_retention');
}

/**
 * The suffix beats the body; models that do not think get no effort (thinking 15.9). Tells whether
 * thinking is off.
 */
function editEffort(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
): boolean {
  const member = memberOf(members, 'reasoning_effort');
  const isSilent = member === undefined && memberOf(members, 'reasoning') === undefined;
  if (isSilent && context.thinking === undefined) return false;
  const effort =
    member === undefined ? undefined : readString(body, member.valueStart, member.valueEnd);
  const thinking = applyToCodex({
    from: 'openai',
    to: 'openai',
    suffix: context.thinking,
    effort: effort || undefined,
    capability: context.capability,
  });
  if (thinking.strip) {
    edits.remove('reasoning_effort');
    edits.remove('reasoning');
  } else if (thinking.effort !== undefined && thinking.effort !== effort) {
    edits.set('reasoning_effort', JSON.stringify(thinking.effort));
  }
  return thinking.off;
}

/** Usage of a stream comes only on demand, and without it nothing can be counted. */
function askForUsage(body: Uint8Array, members: readonly Member[], edits: ObjectEdits): void {
  const member = memberOf(members, 'stream_options');
  const options = member === undefined ? undefined : parseValue(body, member);
  if (isObject(options) && options.include_usage === true) return;
  const known = isObject(options) ? options : {};
  edits.set('stream_options', JSON.stringify({ ...known, include_usage: true }));
}

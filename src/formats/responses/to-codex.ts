/**
 * The pair Responses client → Codex upstream (translate-openai-claude.md 5, 10.1; codex.md 1.4 to
 * 1.10). The body is not parsed: the fields Codex fixes are spliced in, the rest stays byte for
 * byte, so that the upstream's prompt cache sees the prefix the client built.
 */
import { isObject } from '../../canonical/value.ts';
import type { ObjectEdits } from '../../json/edits.ts';
import type { Member } from '../../json/members.ts';
import { memberOf, parseValue } from '../../json/scan.ts';
import type { FormatPair, RequestContext } from '../format.ts';
import { defaultInstructions, isLite, rawText } from './codex-rules.ts';
import { editedInput } from './edited-input.ts';
import { forwardResponses } from './forward.ts';
import { editImageTool } from '../codex/image-tool-edits.ts';
import { inputEdits } from './input-edits.ts';
import type { InputScan } from './input-scan.ts';
import { toolEdits } from './tool-edits.ts';
import { wrongInput } from './wrong-input.ts';

/** Responses clients on a Codex upstream, which always streams. */
export const responsesToCodex: FormatPair = {
  alwaysStreams: true,
  encodeRequest(body, context) {
    return editedInput(body, context, (members, edits, scan) => {
      editForCodex(body, members, edits, context);
      editInput(body, memberOf(members, 'input'), edits, scan);
    });
  },
  response: forwardResponses,
};

/** Members Codex refuses. */
const REFUSED = [
  'max_output_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'truncation',
  'prompt_cache_options',
  'context_management',
  'user',
];

/** Members Codex refuses over HTTP only (1.7); `type` is that of a WebSocket frame. */
const REFUSED_OVER_HTTP = ['previous_response_id', 'generate', 'safety_identifier', 'type'];

const QUOTE = 0x22;

/** A string `input` becomes the message it stands for; its text stays as the client wrote it. */
const BEFORE_TEXT = '[{"type":"message","role":"user","content":[{"type":"input_text","text":';
const BEHIND_TEXT = '}]}]';

function editForCodex(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
): void {
  edits.set('stream', 'true');
  edits.set('store', 'false');
  setInclude(body, members, edits);
  for (const key of REFUSED) edits.remove(key);
  if (context.socket !== true) for (const key of REFUSED_OVER_HTTP) edits.remove(key);
  const tier = memberOf(members, 'service_tier');
  if (tier !== undefined && rawText(body, tier) !== '"priority"') edits.remove('service_tier');
  defaultInstructions(body, members, edits);
  editStreamOptions(body, members, edits, context);
  editToolCalls(body, members, edits, context);
}

/** A list that says the same in another layout keeps its bytes. */
function setInclude(body: Uint8Array, members: readonly Member[], edits: ObjectEdits): void {
  const wanted = 'reasoning.encrypted_content';
  const member = memberOf(members, 'include');
  const value = member === undefined ? undefined : parseValue(body, member);
  if (Array.isArray(value) && value.length === 1 && value[0] === wanted) return;
  edits.set('include', JSON.stringify([wanted]));
}

/** Only the delivery of summaries may be asked for, and only by a client that streams (1.7). */
function editStreamOptions(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
): void {
  const member = memberOf(members, 'stream_options');
  if (member === undefined) return;
  const value = context.stream ? parseValue(body, member) : undefined;
  if (!isObject(value) || !('reasoning_summary_delivery' in value)) {
    edits.remove('stream_options');
    return;
  }
  if (Object.keys(value).length === 1) return;
  const { reasoning_summary_delivery: delivery } = value;
  edits.set('stream_options', JSON.stringify({ reasoning_summary_delivery: delivery }));
}

/** True with tools, absent without, false for Responses-Lite whatever the client says (1.7). */
function editToolCalls(
  body: Uint8Array,
  members: readonly Member[],
  edits: ObjectEdits,
  context: RequestContext,
): void {
  const lite = isLite(body, members, context);
  const wish = lite && context.imageTool === 'add' ? undefined : context.imageTool;
  const hasTools = editImageTool(body, members, edits, wish);
  if (lite) edits.set('parallel_tool_calls', 'false');
  else if (hasTools) edits.set('parallel_tool_calls', 'true');
  else edits.remove('parallel_tool_calls');
  for (const edit of toolEdits(body, members)) edits.inside(edit);
}

function editInput(
  body: Uint8Array,
  input: Member | undefined,
  edits: ObjectEdits,
  scan: InputScan | undefined,
): void {
  // An explicit null counts as missing (13, Q14); the upstream tells what it needs.
  if (input === undefined || rawText(body, input, 4) === 'null') return;
  const { valueStart: start, valueEnd: end } = input;
  if (scan !== undefined) {
    for (const edit of inputEdits(body, scan)) edits.inside(edit);
  } else if (body[start] === QUOTE) {
    edits.inside({ start, end: start, text: BEFORE_TEXT });
    edits.inside({ start: end, end, text: BEHIND_TEXT });
  } else {
    throw wrongInput();
  }
}

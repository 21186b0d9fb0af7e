/**
 * Image request → Codex body that asks the hosted image tool (codex.md 8.1). Images are copied once,
 * as the JSON text they came as.
 */
import { isPresent, type JsonObject } from '../../canonical/value.ts';
import { SwitchyardError } from '../../errors.ts';
import type { Member } from '../../json/members.ts';
import { bufferOf, memberOf, parseValue, scanObject, type Range } from '../../json/scan.ts';
import type { RequestContext } from '../format.ts';
import { maskImage, sourceImages } from './sources.ts';

/** Options of the tool that are words. */
const WORDS = ['size', 'quality', 'background', 'output_format', 'moderation', 'input_fidelity'];
/** Options of the tool that are whole numbers. */
const COUNTS = ['output_compression', 'partial_images'];

/**
 * The upstream's body. `n` is left out: the tool makes one image per call.
 * @throws SwitchyardError `invalid_json`, `invalid_request` that names the field at fault.
 */
export function encodeHostedRequest(body: Uint8Array, context: RequestContext): Uint8Array {
  const members = scanObject(body);
  const edit = context.image?.edit ?? false;
  const prompt = promptOf(body, members);
  const images = sourceImages(body, members);
  const mask = maskImage(body, members);
  if (edit && images.length === 0) throw wrong('image', 'an image to edit is required');
  if (!edit && (images.length > 0 || mask !== undefined)) {
    throw wrong('image', 'images can only be given to /v1/images/edits');
  }
  const tool = toolOf(body, members, edit ? 'edit' : 'generate', context.model);
  const { head, input, tail } = frame(context, prompt);
  const rest: (string | Range)[] = images.flatMap((image) => [
    ',{"type":"input_image","image_url":',
    image,
    '}',
  ]);
  const masked = mask === undefined ? [] : [',"input_image_mask":{"image_url":', mask, '}'];
  const openTool = JSON.stringify(tool).slice(0, -1);
  return joined(body, [head, input, ...rest, ']}],"tools":[', openTool, ...masked, '}]', tail]);
}

/** The text around the images and the tool. */
function frame(context: RequestContext, prompt: string) {
  const settings = {
    instructions: '',
    stream: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    parallel_tool_calls: true,
    include: ['reasoning.encrypted_content'],
    model: context.image?.baseModel ?? context.model,
    store: false,
    tool_choice: { type: 'image_generation' },
    prompt_cache_key: context.cacheKey,
  };
  const text = JSON.stringify({ type: 'input_text', text: prompt });
  return {
    head: `${JSON.stringify(settings).slice(0, -1)},"input":[`,
    input: `{"type":"message","role":"user","content":[${text}`,
    tail: '}',
  };
}

function promptOf(body: Uint8Array, members: readonly Member[]): string {
  const member = memberOf(members, 'prompt');
  const prompt = member === undefined ? undefined : parseValue(body, member);
  if (typeof prompt === 'string' && prompt.trim() !== '') return prompt;
  throw wrong('prompt', 'prompt is required and must be a text');
}

function toolOf(
  body: Uint8Array,
  members: readonly Member[],
  action: 'edit' | 'generate',
  model: string,
): JsonObject {
  const tool: JsonObject = { type: 'image_generation', action, model };
  for (const name of WORDS) {
    const value = optionOf(body, members, name);
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string') throw wrong(name, `${name} must be a text`);
    tool[name] = value;
  }
  for (const name of COUNTS) {
    const value = optionOf(body, members, name);
    if (value === undefined) continue;
    if (!Number.isInteger(value)) throw wrong(name, `${name} must be a whole number`);
    tool[name] = value;
  }
  return tool;
}

function optionOf(body: Uint8Array, members: readonly Member[], name: string): unknown {
  const member = memberOf(members, name);
  const value: unknown = member === undefined ? undefined : parseValue(body, member);
  return isPresent(value) ? value : undefined;
}

/** Texts and ranges of the client's body as one body. */
function joined(body: Uint8Array, pieces: readonly (string | Range)[]): Uint8Array {
  const source = bufferOf(body);
  return Buffer.concat(
    pieces.map((piece) =>
      typeof piece === 'string' ? Buffer.from(piece) : source.subarray(piece.start, piece.end),
    ),
  );
}

function wrong(param: string, message: string): SwitchyardError {
  return new SwitchyardError('invalid_request', { message, param });
}

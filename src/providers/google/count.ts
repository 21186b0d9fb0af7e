/**
 * Bodies of `:countTokens` (providers.md 2.1, 2.2, 3.3). Other than in the reference, what stands
 * before the conversation is counted too: it is part of every turn.
 */
import { bufferOf, memberOf, scanObject } from '../../json/scan.ts';
import type { Member } from '../../json/members.ts';

const CONTENTS = 'contents';

/** Members of a turn that are part of its prompt, beside the conversation. */
const PREFIX = [
  ...['systemInstruction', 'system_instruction', 'tools', 'toolConfig', 'tool_config'],
  ...['cachedContent', 'cached_content'],
];

/**
 * The Gemini API counts a bare conversation, or a whole request that names its model: `models/…`.
 */
export function geminiCountBody(body: Uint8Array, model: string): Uint8Array {
  const members = scanObject(body);
  const prefix = pick(body, members, PREFIX);
  if (prefix.length === 0) return object(pick(body, members, [CONTENTS]));
  const named = Buffer.from(`"model":${JSON.stringify(model)}`);
  const whole = object([named, ...pick(body, members, [CONTENTS]), ...prefix]);
  return object([Buffer.concat([Buffer.from('"generateContentRequest":'), whole])]);
}

/** Vertex AI takes the prompt as it stands in a turn. */
export function vertexCountBody(body: Uint8Array): Uint8Array {
  return object(pick(body, scanObject(body), [CONTENTS, ...PREFIX]));
}

/** Members with their keys, as received. */
function pick(body: Uint8Array, members: readonly Member[], names: readonly string[]): Buffer[] {
  return names.flatMap((name) => {
    const member = memberOf(members, name);
    return member === undefined ? [] : [bufferOf(body).subarray(member.keyStart, member.valueEnd)];
  });
}

function object(members: readonly Buffer[]): Buffer {
  const separated = members.flatMap((member, index) => (index === 0 ? [member] : [COMMA, member]));
  return Buffer.concat([OPEN, ...separated, CLOSE]);
}

const OPEN = Buffer.from('{');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from('}');

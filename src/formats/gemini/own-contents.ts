/**
 * The conversation of a Gemini client in the form that Google takes without complaint
 * (translate-gemini-thinking.md 2.5, 2.6, 3): roles alternate, results have names, calls are signed.
 * What is right already stays the same object.
 */
import { arrayOf, isObject, textOf, type JsonObject } from '../../canonical/value.ts';
import { signParts } from './signatures.ts';
import { either } from './spellings.ts';

/** The same list when nothing has to change. */
export function ownContents(contents: readonly unknown[]): readonly unknown[] {
  let previous = '';
  let names: string[] = [];
  const fixed = contents.map((value) => {
    if (!isObject(value)) return value;
    const role = roleOf(value, previous);
    previous = role;
    const content = withParts(value, role, names);
    names = role === 'model' ? callNames(content) : [];
    return content;
  });
  const [first] = fixed;
  if (isObject(first) && first.role === 'model') {
    return [{ role: 'user', parts: [{ text: '' }] }, ...fixed];
  }
  return fixed.every((value, index) => value === contents[index]) ? contents : fixed;
}

/** Results are the user's, also in several turns (the reference gives every second to the model). */
function roleOf({ role, parts }: JsonObject, previous: string): string {
  if (role === 'user' || role === 'model') return role;
  if (role === 'function' || role === 'tool' || arrayOf(parts).some(holdsResult)) return 'user';
  return previous === '' || previous === 'model' ? 'user' : 'model';
}

const holdsResult = (part: unknown): boolean =>
  isObject(part) && isObject(either(part, 'functionResponse', 'function_response'));

function withParts(content: JsonObject, role: string, names: readonly string[]): JsonObject {
  const parts: unknown = content.parts;
  if (!Array.isArray(parts) || !parts.every(isObject)) {
    return content.role === role ? content : { ...content, role };
  }
  let place = 0;
  const named = parts.map((part) => {
    const key = isObject(part.functionResponse) ? 'functionResponse' : 'function_response';
    const response = part[key];
    if (!isObject(response)) return part;
    const name = names[place++];
    if (textOf(response.name) !== '' || name === undefined) return part;
    return { ...part, [key]: { ...response, name } };
  });
  const signed = signParts(role, named);
  const isSame =
    signed.length === parts.length && signed.every((part, index) => part === parts[index]);
  return isSame && content.role === role ? content : { ...content, role, parts: signed };
}

/** Names of the calls of a turn, in their order. */
const callNames = ({ parts }: JsonObject): string[] =>
  arrayOf(parts).flatMap((part) => {
    const call = isObject(part) ? either(part, 'functionCall', 'function_call') : undefined;
    return isObject(call) ? [textOf(call.name)] : [];
  });

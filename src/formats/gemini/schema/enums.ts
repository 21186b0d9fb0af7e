/** Passes 3 to 6: fixed values (14.3). */
import { isPresent, textOf, type JsonObject } from '../../../canonical/value.ts';
import { addHint } from '../../schema/hint.ts';

/** Lists longer than this are not spelled out in a description. */
const MAX_TOLD = 10;

/** Pass 3: `const` is a list of one. */
export function constToEnum(node: JsonObject): undefined {
  if ('const' in node && !Array.isArray(node.enum)) node.enum = [node.const];
}

/** Pass 4: the members are texts. `forceType`: Gemini takes enums of type `string` only. */
export const enumToText =
  (forceType: boolean) =>
  (node: JsonObject): undefined => {
    if (!Array.isArray(node.enum)) return;
    node.enum = node.enum.map((value) => (isPresent(value) ? textOf(value) : 'null'));
    if (forceType) node.type = 'string';
  };

/** Pass 5: a short list is told to the model. */
export function hintEnum(node: JsonObject): undefined {
  if (!Array.isArray(node.enum)) return;
  const { length } = node.enum;
  if (length >= 2 && length <= MAX_TOLD) addHint(node, `Allowed: ${node.enum.join(', ')}`);
}

/** Pass 6: enums that Antigravity does not take; `onlyBoolean`: those of type boolean. */
export const dropEnum =
  (onlyBoolean: boolean) =>
  (node: JsonObject): undefined => {
    if (!Array.isArray(node.enum) || (onlyBoolean && !isBoolean(node.type))) return;
    if (node.enum.length === 1) addHint(node, `Allowed: ${String(node.enum[0])}`);
    delete node.enum;
  };

/** Also beside null, which is not the type that stays. */
const isBoolean = (type: unknown): boolean =>
  (Array.isArray(type) ? (type as unknown[]).find((one) => one !== 'null') : type) === 'boolean';

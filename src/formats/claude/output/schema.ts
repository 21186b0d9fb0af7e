/**
 * JSON schemas in the dialect of Anthropic's structured outputs, which refuse every keyword they do
 * not know (platform.claude.com, "Structured outputs", JSON Schema limitations; its SDKs change
 * schemas likewise). What a schema can no longer say is told to the model in a description.
 */
import { type JsonObject } from '../../../canonical/value.ts';
import { mergeAll } from '../../schema/merge.ts';
import { copyOf, eachNode, type NodePass } from '../../schema/nodes.ts';
import { cleanRequired } from '../../schema/required.ts';
import { tellRefused } from './keywords.ts';
import { settleReferences } from './references.ts';
import { isOpen, settleType, settleUnion } from './types.ts';

const TYPES: readonly NodePass[] = [settleType, closeObject, cleanRequired];

/**
 * The form of an answer as Anthropic takes it; undefined for a schema that every JSON text fulfils.
 * The schema given is never changed.
 * @throws SwitchyardError `invalid_request` when it is too deep.
 */
export function schemaForClaude(schema: JsonObject): JsonObject | undefined {
  const whole = eachNode(settleReferences(copyOf(schema)), mergeAll);
  const known = eachNode(tellRefused(whole), settleUnion);
  if (isOpen(known)) return undefined;
  return TYPES.reduce((node, pass) => eachNode(node, pass), known);
}

/** Objects have just the properties they name: Anthropic takes no others. */
function closeObject(node: JsonObject): undefined {
  if (node.type !== 'object') return;
  node.properties ??= {};
  node.additionalProperties = false;
}

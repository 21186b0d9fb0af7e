/** The form of the answer that other clients ask for, as `output_config.format`. */
import type { OutputFormat } from '../../../canonical/request.ts';
import { isObject, type JsonObject } from '../../../canonical/value.ts';
import { takesSchema } from '../models.ts';
import { schemaForClaude } from './schema.ts';

/**
 * Only a schema, and only for models known to follow one: the others would refuse the request.
 * Anthropic has no form "any JSON" (`json_object`). The reference drops schemas too
 * (translate-openai-claude.md 7.1).
 * @throws SwitchyardError `invalid_request` for a schema that is too deep.
 */
export function encodeFormat(
  output: OutputFormat | undefined,
  model: string,
): JsonObject | undefined {
  if (output?.type !== 'json_schema' || !isObject(output.schema)) return undefined;
  const schema = takesSchema(model) ? schemaForClaude(output.schema) : undefined;
  return schema === undefined ? undefined : { type: 'json_schema', schema };
}

/** Request fields that a Responses answer repeats (translate-openai-claude.md 8.5). */
import { memberOf, scanObject, textOf } from '../../json/scan.ts';

const ECHOED = [
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'store',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
  'metadata',
];

/**
 * The echoed members of the client's request as JSON text, each with a comma in front; the model is
 * not among them. Nothing is parsed, because `tools` may be large.
 */
export function echoOf(requestBody: Uint8Array): string {
  const members = scanObject(requestBody);
  let text = '';
  for (const key of ECHOED) {
    const member = memberOf(members, key);
    if (member === undefined) continue;
    text += `,"${key}":${textOf(requestBody, member.valueStart, member.valueEnd)}`;
  }
  return text;
}

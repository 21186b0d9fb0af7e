/** Warm-ups that are answered here (codex.md 3.8). */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { prewarmFrames } from '../../../src/front/responses-socket/prewarm.ts';

it('both frames are those of codex.md 3.8, to the byte', () => {
  const head =
    '"response":{"id":"resp_prewarm_<uuid>","object":"response","created_at":1767225600,';
  const rest = '"background":false,"error":null,"output":[],';
  const usage =
    '"usage":{"input_tokens":0,"input_tokens_details":{"cached_tokens":0},"output_tokens":0,' +
    '"output_tokens_details":{"reasoning_tokens":0},"total_tokens":0},';
  assert.deepEqual(prewarmFrames('<uuid>', 'gpt-5.5', 1767225600), [
    `{"type":"response.created","sequence_number":0,${head}"status":"in_progress",${rest}"model":"gpt-5.5"}}`,
    `{"type":"response.completed","sequence_number":1,${head}"status":"completed",${rest}${usage}"model":"gpt-5.5"}}`,
  ]);
});

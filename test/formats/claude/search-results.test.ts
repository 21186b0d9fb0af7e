/** Blocks that no other family has, in requests of Claude clients for foreign upstreams. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpstreamFormat } from '../../../src/formats/format.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { requestContext } from '../chat/contexts.ts';

type Json = Record<string, unknown>;

const FOUND = {
  type: 'search_result',
  title: 'Cats',
  source: 'https://c.example',
  content: [
    { type: 'text', text: 'They purr.' },
    { type: 'text', text: 'They sleep.' },
  ],
  citations: { enabled: true },
};
/** Blocks of Anthropic's own tools: they mean nothing elsewhere (6.2). */
const SERVER = [
  { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'zebra' } },
  { type: 'web_search_tool_result', tool_use_id: 's', content: [{ title: 'zebra' }] },
  { type: 'mcp_tool_use', id: 'm', name: 'zebra', server_name: 's', input: {} },
  { type: 'mcp_tool_result', tool_use_id: 'm', content: [{ type: 'text', text: 'zebra' }] },
  { type: 'container_upload', file_id: 'zebra' },
  { type: 'block_of_tomorrow', text: 'zebra' },
];

function sent(upstream: UpstreamFormat, body: Json): string {
  const pair = pairFor('claude', upstream) ?? assert.fail();
  const bytes = pair.encodeRequest(Buffer.from(JSON.stringify(body)), requestContext());
  return Buffer.from(bytes).toString();
}

describe('blocks of Claude clients that other upstreams do not know', () => {
  for (const upstream of ['codex', 'openai', 'gemini'] as const) {
    it(`${upstream}: search results are text, in messages and in results of tools`, () => {
      const result = { type: 'tool_result', tool_use_id: 't', content: [FOUND] };
      const call = { type: 'tool_use', id: 't', name: 'find', input: {} };
      const text = sent(upstream, {
        messages: [
          { role: 'user', content: [FOUND] },
          { role: 'assistant', content: [call] },
          { role: 'user', content: [result] },
        ],
      });
      const told = 'Cats\\nhttps://c.example\\nThey purr.\\nThey sleep.';
      assert.equal(text.split(told).length - 1, 2, text);
    });

    it(`${upstream}: blocks of server tools are left out, what stands beside them stays`, () => {
      const said = { type: 'text', text: 'said' };
      const call = { type: 'tool_use', id: 't', name: 'find', input: {} };
      const text = sent(upstream, {
        messages: [
          { role: 'user', content: 'q' },
          { role: 'assistant', content: [...SERVER, said, ...SERVER, call, ...SERVER] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'r' }] },
        ],
      });
      assert.doesNotMatch(text, /zebra/);
      for (const kept of ['"q"', '"said"', '"find"', '"r"']) assert.ok(text.includes(kept), text);
    });
  }
});

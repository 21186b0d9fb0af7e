/** Claude clients in tests: frames of a stream, and the message that a client makes of them. */
import assert from 'node:assert/strict';
import { parseFrames } from './http-client.ts';

type Json = Record<string, unknown>;

/** A message as `@anthropic-ai/sdk` and Claude Code put it together. */
export interface ClaudeMessage {
  id: string;
  content: Json[];
  stopReason: unknown;
  usage: Json;
}

/**
 * Reads a whole stream. Fails on any breach of the order `message_start`, blocks one after the other,
 * `message_delta`, `message_stop`.
 */
export function readClaudeStream(text: string): ClaudeMessage {
  const frames = parseFrames(text).map(({ event, data }) => {
    const json = JSON.parse(data) as Json;
    assert.equal(event, json['type'], 'the event line names the type');
    return json;
  });
  const events = frames.filter(({ type }) => type !== 'ping');
  const [first, ...others] = events;
  assert.equal(first?.['type'], 'message_start', text);
  assert.equal(others.pop()?.['type'], 'message_stop', text);
  const end = others.pop();
  assert.equal(end?.['type'], 'message_delta', text);
  const start = first?.['message'] as Json;
  return {
    id: String(start['id']),
    content: blocksOf(others),
    stopReason: (end?.['delta'] as Json)['stop_reason'],
    usage: { ...(start['usage'] as Json), ...(end?.['usage'] as Json) },
  };
}

function blocksOf(events: readonly Json[]): Json[] {
  const blocks: Json[] = [];
  let open: Json | undefined;
  for (const { type, index, content_block: block, delta } of events) {
    if (type === 'content_block_start') {
      assert.equal(open, undefined, 'one block at a time');
      assert.equal(index, blocks.length);
      open = { ...(block as Json) };
      blocks.push(open);
      continue;
    }
    assert.equal(index, blocks.length - 1);
    assert.ok(open !== undefined);
    if (type === 'content_block_delta') addDelta(open, delta as Json);
    else {
      assert.equal(type, 'content_block_stop');
      if (open['json'] !== undefined) open['input'] = JSON.parse(String(open['json']) || '{}');
      delete open['json'];
      open = undefined;
    }
  }
  assert.equal(open, undefined, 'the last block is closed');
  return blocks;
}

function addDelta(block: Json, { type, ...members }: Json): void {
  for (const [member, value] of Object.entries(members)) {
    const name = type === 'input_json_delta' ? 'json' : member;
    block[name] = `${String(block[name] ?? '')}${String(value)}`;
  }
}

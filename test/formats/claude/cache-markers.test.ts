import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderCacheMarkers } from '../../../src/formats/claude/cache-markers.ts';

type Json = Record<string, unknown>;

const short = { type: 'ephemeral' };
const long = { type: 'ephemeral', ttl: '1h' };
const text = (value: string, cache_control?: unknown): Json => ({
  type: 'text',
  text: value,
  ...(cache_control !== undefined && { cache_control }),
});
const ordered = (body: Json): Json => {
  orderCacheMarkers(body);
  return body;
};

describe('marks of the prompt cache', () => {
  it('strings become blocks that can be marked', () => {
    const body = ordered({ system: 'S', messages: [{ role: 'user', content: 'q' }] });
    assert.deepEqual(body, {
      system: [text('S', short)],
      messages: [{ role: 'user', content: [text('q', short)] }],
    });
  });

  it('without system text the last tool that is not deferred is marked', () => {
    const { tools } = ordered({
      tools: [{ name: 'a' }, { name: 'b' }, { name: 'c', defer_loading: true }],
      messages: [],
    });
    assert.deepEqual(tools, [
      { name: 'a' },
      { name: 'b', cache_control: short },
      { name: 'c', defer_loading: true },
    ]);
  });

  it('a turn that ends in thinking is passed over', () => {
    const thinking = { role: 'assistant', content: [{ type: 'thinking', thinking: 't' }] };
    const { messages } = ordered({ messages: [{ role: 'user', content: 'q' }, thinking] });
    assert.deepEqual(messages, [{ role: 'user', content: [text('q', short)] }, thinking]);
  });

  it('a client that marks keeps its own marks', () => {
    const body = { system: [text('S')], messages: [{ role: 'user', content: [text('q', long)] }] };
    assert.deepEqual(ordered(structuredClone(body)), body);
  });

  it('C11: at most four marks stay, the earliest system blocks lose theirs first', () => {
    const { system, messages } = ordered({
      system: [1, 2, 3, 4, 5, 6].map((n) => text(String(n), short)),
      messages: [{ role: 'user', content: [text('q', short)] }],
    });
    const marks = (system as Json[]).map((block) => 'cache_control' in block);
    assert.deepEqual(marks, [false, false, false, true, true, true]);
    assert.deepEqual(messages, [{ role: 'user', content: [text('q', short)] }]);
  });

  it('C12: an hour after a shorter mark becomes the shorter one', () => {
    const { system } = ordered({
      tools: [{ name: 'a', cache_control: short }],
      system: [text('S', long)],
      messages: [],
    });
    assert.deepEqual(system, [text('S', short)]);
  });
});

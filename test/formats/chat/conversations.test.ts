import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatToCodex } from '../hub-pairs.ts';
import { bodyText, fixtureNames, loadFixture } from '../../support/fixtures.ts';
import { requestContext } from './contexts.ts';

interface Upstream {
  input: unknown[];
  tools?: unknown;
}

interface Turn {
  messages: unknown[];
  upstream: Upstream;
}

function turnsOf(name: string): Turn[] {
  return loadFixture(name)
    .requests.filter(({ api }) => api === 'chat')
    .map((step) => {
      const bytes = chatToCodex.encodeRequest(Buffer.from(bodyText(step)), requestContext());
      const upstream = JSON.parse(Buffer.from(bytes).toString()) as Upstream;
      return { messages: (step.body as { messages: unknown[] }).messages, upstream };
    });
}

/** Does `later` continue the conversation of `earlier`? */
function continues(later: Turn, earlier: Turn): boolean {
  const count = earlier.messages.length;
  const start = JSON.stringify(later.messages.slice(0, count));
  return later.messages.length > count && start === JSON.stringify(earlier.messages);
}

describe('recorded chat clients on codex', () => {
  const recorded = fixtureNames().map((name) => ({ name, turns: turnsOf(name) }));
  const chats = recorded.filter(({ turns }) => turns.length > 1);

  it('some conversations go on, so that the tests below test something', () => {
    const pairs = chats.flatMap(({ turns }) =>
      turns.flatMap((later) => turns.filter((earlier) => continues(later, earlier))),
    );
    assert.ok(pairs.length > 3, `only ${String(pairs.length)} continued turns`);
  });

  for (const { name, turns } of chats) {
    it(`10.2: ${name}: a longer conversation keeps the upstream's cached prefix`, () => {
      for (const later of turns) {
        for (const earlier of turns.filter((turn) => continues(later, turn))) {
          const prefix = later.upstream.input.slice(0, earlier.upstream.input.length);
          assert.deepEqual(prefix, earlier.upstream.input);
          assert.deepEqual(later.upstream.tools, earlier.upstream.tools);
        }
      }
    });

    it(`4.2: ${name}: every call and every result arrives`, () => {
      for (const { messages, upstream } of turns) {
        const typed = upstream.input as { type: string }[];
        const outputs = typed.filter(({ type }) => type.endsWith('_output'));
        const sent = (messages as { role: string }[]).filter(({ role }) => role === 'tool');
        assert.equal(outputs.length, sent.length);
      }
    });
  }
});

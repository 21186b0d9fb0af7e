/** What keeps prompt caches alive through a conversation: one account, one key, one prefix. */
import assert from 'node:assert/strict';
import { checkReceived } from './checks.ts';
import type { Family, Received } from './families.ts';
import type { Turn } from './recording.ts';
import { promptItems, promptSettings } from './prompt.ts';
import { continues } from './said.ts';

/** One turn as the client sent it and as the upstream got it. */
export interface Exchange {
  turn: Turn;
  received: Received;
}

/** Checks a whole recording: every turn, then what belongs together. */
export function checkExchanges(exchanges: readonly Exchange[], family: Family): void {
  for (const { turn, received } of exchanges) checkReceived(turn, received, family);
  checkContinuity(exchanges, family);
}

function checkContinuity(exchanges: readonly Exchange[], family: Family): void {
  const conversations = groupsOf(exchanges, conversationOf);
  assert.ok(
    conversations.some((turns) => turns.length > 1),
    'the recording has a conversation',
  );
  for (const turns of conversations) {
    const accounts = turns.map(({ received }) => received.account);
    assert.equal(new Set(accounts).size, 1, 'one account for a conversation');
  }
  if (family.form === 'responses') {
    for (const turns of groupsOf(exchanges, cachedAs)) {
      const keys = turns.map(({ received }) => received.body['prompt_cache_key']);
      assert.equal(new Set(keys).size, 1, 'one cache key');
    }
  }
  const pairs = exchanges.flatMap((after, index) => {
    const before = exchanges.slice(0, index).findLast((one) => goesOn(one, after, family));
    return before === undefined ? [] : [{ before, after }];
  });
  const isAnswered = exchanges.some(({ turn }) => turn.reply !== undefined);
  assert.equal(pairs.length > 0, isAnswered, 'some turn goes on where another one ended');
  for (const { before, after } of pairs) checkPrefix(before.received, after.received, family);
}

/** By what the client says about its session, else by how the conversation begins. */
const conversationOf = ({ turn: { session, said, model } }: Exchange): unknown[] =>
  session === undefined ? [model, said.system, said.entries[0]] : [model, session];

/** A sub-agent and a client's own key have a prompt of their own. */
const cachedAs = (exchange: Exchange): unknown[] => {
  const { agent, body } = exchange.turn;
  return [...conversationOf(exchange), agent, body['prompt_cache_key']];
};

const nameOf = (value: unknown): string => JSON.stringify(value);

function groupsOf(
  exchanges: readonly Exchange[],
  keyOf: (exchange: Exchange) => unknown[],
): Exchange[][] {
  const groups = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const key = nameOf(keyOf(exchange));
    groups.set(key, [...(groups.get(key) ?? []), exchange]);
  }
  return [...groups.values()];
}

/** Is the second request the first one and more, under the same settings? */
function goesOn(one: Exchange, other: Exchange, family: Family): boolean {
  const [before, after] = [one.turn, other.turn];
  // Old releases of Claude Code resume under a new session.
  if (nameOf(cachedAs(one)) !== nameOf(cachedAs(other))) return false;
  if (!continues(before.said, after.said)) return false;
  const [known, now] = [before, after].map(({ form, body }) => promptSettings(form, body));
  if (nameOf(known) !== nameOf(now)) return false;
  // Bytes go through as they are: then it is the client itself who keeps them, or does not.
  if (before.form !== family.form) return true;
  return isPrefix(promptItems(before.form, before.body), promptItems(after.form, after.body));
}

/** The upstream finds everything that it read before, byte by byte. */
function checkPrefix(before: Received, after: Received, { form }: Family): void {
  const [settings = {}, expected = {}] = [after, before].map(({ body }) =>
    promptSettings(form, body),
  );
  if (lacksBudget(expected, settings) || lacksBudget(settings, expected)) {
    for (const name of THINKING) drop(name, settings, expected);
  }
  assert.deepEqual(settings, expected, 'the same settings');
  const known = promptItems(form, before.body);
  const all = promptItems(form, after.body);
  assert.deepEqual(all.slice(0, known.length), known, 'the prefix is unchanged');
  if (before.via !== 'http') assert.equal(after.via, 'increment', 'only what is new travels');
}

type Settings = Record<string, string>;

/** What depends on thinking, on Anthropic. */
const THINKING = ['thinking', 'context_management', 'temperature', 'top_p'];

/**
 * Anthropic takes no budget in a turn that began without thinking, and these clients kept none, or
 * that of the upstream they were recorded with (docs/claude-upstreams.md).
 */
const lacksBudget = (one: Settings, other: Settings): boolean =>
  one['thinking']?.includes('"enabled"') === true && other['thinking'] === undefined;

function drop(name: string, ...settings: Settings[]): void {
  for (const one of settings) Reflect.deleteProperty(one, name);
}

const isPrefix = (start: readonly string[], all: readonly string[]): boolean =>
  start.every((item, index) => item === all[index]);

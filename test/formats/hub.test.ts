/** What holds for every pair the hub can make, on conversations and answers made from seeds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnswerCollector, type CanonicalAnswer } from '../../src/canonical/answer.ts';
import type { CanonicalEvent } from '../../src/canonical/events.ts';
import type { JsonObject } from '../../src/canonical/value.ts';
import type { RequestContext } from '../../src/formats/format.ts';
import { hubPair } from '../../src/formats/hub.ts';
import { onWire, requestContext, responseContext } from './chat/contexts.ts';
import { DIALECTS, type Dialect } from './dialects.ts';
import { answerEvents, conversation } from './generated.ts';
import { clientText, eventsOf, randomPieces } from './streams.ts';

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);

const PAIRS = DIALECTS.flatMap((client) => DIALECTS.map((upstream) => ({ client, upstream })));

const count = (text: string, mark: string): number => text.split(mark).length - 1;

const contextOf = ({ model }: Dialect): RequestContext =>
  requestContext(model === undefined ? {} : { model });

/** A body as a client of the dialect would write it. */
function bodyOf(dialect: Dialect, seed: number): JsonObject {
  const { request } = conversation(seed);
  const context = contextOf(dialect);
  const body = dialect.upstream.encodeRequest(request, context, dialect.client.format);
  return onWire(body) as JsonObject;
}

const bytesOf = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));

describe('hub, requests', () => {
  for (const { client, upstream } of PAIRS) {
    const pair = hubPair(client.client, upstream.upstream);
    const mayDropIds = client.noCallIds === true || upstream.noCallIds === true;
    const idCounts = mayDropIds ? [0, 2] : [2];

    it(`${client.name} on ${upstream.name}: nothing is lost, doubled or moved`, () => {
      for (const seed of SEEDS) {
        const { marks, callIds, system, property } = conversation(seed);
        const sent = Buffer.from(
          pair.encodeRequest(bytesOf(bodyOf(client, seed)), contextOf(upstream)),
        ).toString();
        const where = `seed ${String(seed)}: ${sent}`;
        for (const mark of [...marks, system]) assert.equal(count(sent, mark), 1, where);
        for (const id of callIds) assert.ok(idCounts.includes(count(sent, id)), where);
        if (property !== undefined) assert.equal(count(sent, property), 1, where);
        const found = [...marks].sort((one, other) => sent.indexOf(one) - sent.indexOf(other));
        assert.deepEqual(found, marks, where);
      }
    });
  }

  for (const dialect of DIALECTS) {
    const { name, client, upstream, unread } = dialect;
    it(`${name}: what is decoded and encoded again is the same`, () => {
      for (const seed of SEEDS) {
        const body = bodyOf(dialect, seed);
        const request = client.decodeRequest(body);
        const again = onWire(upstream.encodeRequest(request, contextOf(dialect), client.format));
        for (const member of unread) delete body[member];
        assert.deepEqual(again, body, `seed ${String(seed)}`);
      }
    });
  }
});

/** What a client must learn from an answer, whatever its dialect. */
function factsOf(answer: CanonicalAnswer): unknown {
  const text = (type: string): string =>
    answer.items.map((item) => (item.type === type && 'text' in item ? item.text : '')).join('');
  return {
    text: text('text'),
    // A chat stream puts a blank line behind each part of the reasoning.
    reasoning: answer.items.flatMap((item) =>
      item.type === 'reasoning' ? item.summary.map((part) => part.trim()) : [],
    ),
    calls: answer.items.flatMap((item) =>
      item.type === 'tool_call' ? [[item.id, item.name, item.arguments]] : [],
    ),
    reasons: answer.finishes.map(({ reason }) => reason),
    usage: { ...answer.usage, reasoning: undefined, cacheWrite: undefined, webSearches: undefined },
  };
}

function collected(events: readonly CanonicalEvent[]): CanonicalAnswer {
  const collector = new AnswerCollector();
  for (const event of events) collector.add(event);
  return collector.answer;
}

/** What an upstream of the dialect sends. */
function wireOf({ client }: Dialect, events: readonly CanonicalEvent[]): string {
  const encoder = client.streamEncoder(responseContext());
  return events.map((event) => encoder.write(event)).join('');
}

/** What a client of the dialect makes of a stream. */
function readStream({ client, upstream }: Dialect, text: string): CanonicalAnswer {
  const collector = new AnswerCollector();
  const decoder = upstream.decoder(responseContext(), client, (event) => collector.add(event));
  for (const event of eventsOf(text)) decoder.onEvent(event);
  return collector.answer;
}

function readBody({ client, upstream }: Dialect, text: string): CanonicalAnswer {
  const collector = new AnswerCollector();
  const context = responseContext({ stream: false });
  upstream
    .decoder(context, client, (event) => collector.add(event))
    .onBody(JSON.parse(text) as JsonObject);
  return collector.answer;
}

describe('hub, answers', () => {
  for (const { client, upstream } of PAIRS) {
    const pair = hubPair(client.client, upstream.upstream);
    const name = `${client.name} on ${upstream.name}`;

    it(`${name}: a stream tells the client everything, once`, () => {
      for (const seed of SEEDS) {
        const events = answerEvents(seed);
        const translator = pair.response(responseContext());
        const text = clientText(translator, [Buffer.from(wireOf(upstream, events))]);
        assert.deepEqual(factsOf(readStream(client, text)), factsOf(collected(events)));
        assert.equal(translator.terminal, true);
        assert.equal(translator.usage?.inputTokens, 120);
      }
    });

    it(`${name}: a body tells the client everything, once`, () => {
      for (const seed of SEEDS) {
        const answer = collected(answerEvents(seed));
        const context = responseContext({ stream: false });
        const sent = upstream.client.encodeAnswer(answer, context);
        const translator = pair.response(context);
        const text = String(translator.onBody(Buffer.from(sent)));
        assert.deepEqual(factsOf(readBody(client, text)), factsOf(answer), `seed ${String(seed)}`);
        assert.equal(translator.onEnd(), '');
      }
    });

    it(`${name}: a stream for a client that wants one body`, () => {
      for (const seed of SEEDS) {
        const events = answerEvents(seed);
        const translator = pair.response(responseContext({ stream: false }));
        const text = clientText(translator, [Buffer.from(wireOf(upstream, events))]);
        assert.deepEqual(factsOf(readBody(client, text)), factsOf(collected(events)));
      }
    });

    it(`${name}: any split of the bytes gives the same client bytes`, () => {
      for (const seed of SEEDS) {
        const wire = Buffer.from(wireOf(upstream, answerEvents(seed)));
        const whole = clientText(pair.response(responseContext()), [wire]);
        const cut = clientText(pair.response(responseContext()), randomPieces(wire, seed));
        assert.equal(cut, whole, `seed ${String(seed)}`);
      }
    });

    it(`${name}: exactly one end, even of an answer that comes twice`, () => {
      for (const seed of SEEDS) {
        const wire = wireOf(upstream, answerEvents(seed));
        const text = clientText(pair.response(responseContext()), [Buffer.from(wire + wire)]);
        assert.equal(text.match(client.terminal)?.length, 1, `seed ${String(seed)}: ${text}`);
      }
    });

    it(`${name}: a stream that is cut is an error, never an end`, () => {
      const wires = SEEDS.map((seed) => wireOf(upstream, answerEvents(seed)).split('\n\n'));
      const frames = wires.find(({ length }) => length > 4)?.slice(0, 1) ?? [];
      assert.equal(frames.length, 1);
      const translator = pair.response(responseContext());
      const cut = Buffer.from(frames.map((frame) => `${frame}\n\n`).join(''));
      assert.throws(() => clientText(translator, [cut]), { code: 'upstream_incomplete_stream' });
      assert.equal(translator.terminal, false);
    });
  }
});

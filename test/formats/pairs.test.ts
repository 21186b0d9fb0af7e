/** Rules that hold for every pair: one terminal event, any split of bytes, model names, fixtures. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forcedModelPair } from '../../src/formats/force-model.ts';
import type { ClientFormat, FormatPair, UpstreamFormat } from '../../src/formats/format.ts';
import { pairFor } from '../../src/formats/pairs.ts';
import { bodyText, fixtureNames, loadFixture } from '../support/fixtures.ts';
import { forEachElement, memberOf, scanObject } from '../../src/json/scan.ts';
import {
  chatObject,
  chatSse,
  chatTurn,
  responsesObject,
  responsesSse,
  responsesTurn,
} from '../support/turns.ts';
import { requestContext, responseContext } from './chat/contexts.ts';
import { clientText, failedText, framesOf, mulberry, randomPieces } from './streams.ts';

type Json = Record<string, unknown>;

const PAIRS: [ClientFormat, UpstreamFormat][] = [
  ['openai', 'openai'],
  ['openai', 'codex'],
  ['openai', 'openai-response'],
  ['openai-response', 'openai'],
  ['openai-response', 'codex'],
  ['openai-response', 'openai-response'],
  ['claude', 'openai'],
  ['claude', 'codex'],
  ['claude', 'openai-response'],
];

function known(client: ClientFormat, upstream: UpstreamFormat): FormatPair {
  const pair = pairFor(client, upstream);
  assert.ok(pair !== undefined);
  return pair;
}

const CALL = { callId: 'call_9', name: 'track', arguments: '{"code":"ZX10"}' };

/** An upstream stream with two answers' worth of text, beyond ASCII, and one call. */
function upstreamText(upstream: UpstreamFormat): string {
  const options = { text: 'Grüße 👋 aus Köln\n\n', toolCall: CALL };
  return upstream === 'openai' ? chatSse(chatTurn(options)) : responsesSse(responsesTurn(options));
}

const client = (pair: FormatPair, text: string, seed?: number): string => {
  const bytes = Buffer.from(text);
  const pieces = seed === undefined ? [bytes] : randomPieces(bytes, seed);
  return clientText(pair.response(responseContext()), pieces);
};

const RESPONSES_ENDS = ['response.completed', 'response.incomplete'];

/** Terminal marks in a client stream. */
function terminals(format: ClientFormat, text: string): number {
  const isEnd = (data: unknown): boolean => {
    if (format === 'openai') return data === '[DONE]';
    const ends = format === 'claude' ? ['message_stop'] : RESPONSES_ENDS;
    return ends.includes(String((data as Json).type));
  };
  return framesOf(text).filter(({ data }) => isEnd(data)).length;
}

describe('every pair', () => {
  for (const [from, to] of PAIRS) {
    const pair = known(from, to);
    const upstream = upstreamText(to);
    const whole = client(pair, upstream);

    it(`${from} on ${to}: any split of the bytes gives the same client bytes`, () => {
      for (let seed = 1; seed <= 60; seed += 1) {
        assert.equal(client(pair, upstream, seed), whole, `seed ${String(seed)}`);
      }
      assert.equal(client(pair, upstream.replaceAll('\n', '\r\n'), 7), whole, 'CR LF');
    });

    it(`${from} on ${to}: exactly one terminal event, as the last frame`, () => {
      assert.equal(terminals(from, whole), 1);
      assert.equal(terminals(from, client(pair, upstream + upstream)), 1, 'sent twice');
      const last = `data:${whole.split('data:').at(-1) ?? ''}`;
      assert.equal(terminals(from, last), 1);
    });

    it(`${from} on ${to}: a stream cut before its end is never whole`, () => {
      const random = mulberry(1);
      const frames = upstream.split('\n\n').filter((frame) => frame !== '');
      // A chat answer is whole with its finish reason, but not for Responses clients (9.1, 9.2).
      const isWholeEarly = to === 'openai' && from !== 'openai-response';
      const enough = isWholeEarly ? frames.length - 3 : frames.length - 1;
      for (let round = 0; round < 20; round += 1) {
        const kept = frames.slice(0, Math.floor(random() * enough));
        const text = kept.map((frame) => `${frame}\n\n`).join('');
        const failed = failedText(pair.response(responseContext()), Buffer.from(text));
        assert.equal(terminals(from, failed.text), 0);
        assert.equal((failed.error as { code: string }).code, 'upstream_incomplete_stream');
      }
    });

    it(`${from} on ${to}: usage with cached and reasoning tokens`, () => {
      const translator = pair.response(responseContext());
      clientText(translator, [Buffer.from(upstream)]);
      assert.deepEqual(translator.usage, {
        inputTokens: 120,
        outputTokens: 30,
        cachedTokens: 100,
        reasoningTokens: 12,
        totalTokens: 150,
      });
    });

    it(`${from} on ${to}: routing vector 38, only the alias is seen`, () => {
      const forced = forcedModelPair(pair, 'my-alias');
      const text = client(forced, upstream);
      assert.ok(text.includes('"my-alias"'), text);
      assert.ok(!text.includes('gpt-5.5'), text);
      assert.equal(terminals(from, text), 1);
      const body = to === 'openai' ? chatObject() : responsesObject();
      const answer = forced
        .response(responseContext({ stream: false }))
        .onBody(Buffer.from(JSON.stringify(body)));
      const { model } = JSON.parse(Buffer.from(answer).toString()) as Json;
      assert.equal(model, 'my-alias');
    });

    it(`${from} on ${to}: the client body is never changed`, () => {
      const body = from === 'openai-response' ? { input: 'x' } : { messages: [] };
      const bytes = Buffer.from(JSON.stringify({ model: 'a', ...body }));
      const before = Buffer.from(bytes);
      pair.encodeRequest(bytes, requestContext());
      assert.deepEqual(bytes, before);
    });
  }

  it('formats without a translation have none', () => {
    assert.equal(pairFor('claude', 'openai-image'), undefined);
    assert.equal(pairFor('openai-image', 'gemini'), undefined);
  });
});

describe('recorded Codex conversations on Codex', () => {
  /** Members the pair may write; all others keep their bytes. */
  const SPLICED = new Set(['model', 'stream', 'store', 'include', 'instructions', 'reasoning']);
  SPLICED.add('parallel_tool_calls').add('prompt_cache_key').add('input').add('type');

  for (const name of fixtureNames('codex')) {
    it(`${name}: nothing changes outside the spliced members`, () => {
      const steps = loadFixture(name).requests.filter((step) => Array.isArray(step.body?.input));
      assert.ok(steps.length > 0);
      for (const step of steps) {
        const text = bodyText(step);
        const model = String(step.body?.model);
        const sent = encoded(text, model);
        assert.deepEqual(outside(sent, SPLICED), outside(text, SPLICED), 'members and their order');
        const [before, after] = [elements(text), elements(sent)];
        assert.equal(after.length, before.length);
        for (const [place, item] of after.entries()) {
          if (needsNoEdit(before[place] ?? '')) assert.equal(item, before[place]);
        }
        assert.equal(encoded(sent, model), sent, 'a second time changes nothing');
      }
    });
  }

  function encoded(text: string, model: string): string {
    const pair = known('openai-response', 'codex');
    return Buffer.from(pair.encodeRequest(Buffer.from(text), requestContext({ model }))).toString();
  }

  /** Raw text of every other member the upstream takes, in order. */
  function outside(text: string, spliced: ReadonlySet<string>): [string, string][] {
    const refused = ['previous_response_id', 'generate', 'safety_identifier', 'stream_options'];
    const bytes = Buffer.from(text);
    return scanObject(bytes)
      .filter(({ key }) => !spliced.has(key) && !refused.includes(key))
      .map(({ key, valueStart, valueEnd }) => [key, bytes.toString('utf8', valueStart, valueEnd)]);
  }

  function elements(text: string): string[] {
    const bytes = Buffer.from(text);
    const input = memberOf(scanObject(bytes), 'input');
    assert.ok(input !== undefined);
    const found: string[] = [];
    forEachElement(bytes, input.valueStart, input.valueEnd, (start, end) => {
      found.push(bytes.toString('utf8', start, end));
      return undefined;
    });
    return found;
  }

  /** Developer and user messages and calls without an id. */
  function needsNoEdit(item: string): boolean {
    const { type, id, role } = JSON.parse(item) as Json;
    return type !== 'reasoning' && id === undefined && role !== 'system';
  }
});

/**
 * Every way in which an upstream stream can go wrong, for Gemini clients (stream-faults.test.ts has the
 * other dialects): whole answers end once, broken ones are told and never look whole.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  EVENTS,
  finishesIn,
  geminiPath,
  shortGeminiTurn,
  STREAM,
  type GeminiChunk,
} from '../support/gemini.ts';
import { parseFrames, sendRequest, type ClientAnswer } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import {
  chatWire,
  FAULTS,
  responsesWire,
  type Fault,
  type Wire,
} from '../support/stream-faults.ts';
import { startProxy } from '../support/proxy.ts';

type Form = 'events' | 'array' | 'whole';
type Kind = 'ok' | 'refused' | 'broken';

const PATHS: Record<Form, (model: string) => string> = {
  events: (model) => geminiPath(model, STREAM, EVENTS),
  array: (model) => geminiPath(model, STREAM),
  whole: (model) => geminiPath(model, 'generateContent'),
};

/** What the client was told; fails on anything that is neither an answer nor an error. */
async function endingOf(answer: ClientAnswer, form: Form): Promise<Kind> {
  const text = await answer.text();
  assert.equal(answer.state, 'complete', text);
  if (answer.status !== 200) {
    const { error } = JSON.parse(text) as GeminiChunk;
    assert.equal(error?.code, answer.status);
    assert.notEqual(error.message, '');
    return 'refused';
  }
  const chunks = chunksOf(text, form);
  const last = chunks.at(-1);
  const finishes = finishesIn(chunks);
  assert.ok(
    chunks.slice(0, -1).every(({ error }) => error === undefined),
    text,
  );
  if (last?.error === undefined) {
    assert.equal(finishes.length, 1, text);
    assert.notEqual(last?.candidates?.[0]?.finishReason, undefined, text);
    return 'ok';
  }
  assert.deepEqual(finishes, [], 'what broke has no finish reason');
  assert.notEqual(last.error.message, '');
  return 'broken';
}

function chunksOf(text: string, form: Form): GeminiChunk[] {
  if (form === 'whole') return [JSON.parse(text) as GeminiChunk];
  if (form === 'array') return JSON.parse(text) as GeminiChunk[];
  const frames = parseFrames(text);
  assert.equal(frames.map(({ raw }) => raw).join(''), text, 'nothing but whole frames');
  return frames.map(({ data, event }) => {
    const chunk = JSON.parse(data) as GeminiChunk;
    assert.equal(event, chunk.error === undefined ? undefined : 'error');
    return chunk;
  });
}

describe('an upstream stream that goes wrong under a Gemini client', async () => {
  const asked = new Map<string, number>();
  const plays = new Map<string, { fault: Fault; wire: Wire }>();
  const upstream = await startFakeUpstream({ after }, async (call) => {
    const model = String(call.request.json()['model']);
    const times = asked.get(model) ?? 0;
    asked.set(model, times + 1);
    const play = plays.get(model);
    if (play === undefined) throw new Error(`no play for ${model}`);
    const { fault, wire } = play;
    if (times === 0) await fault.play(call, wire);
    else call.sse(wire.begin + wire.delta + wire.rest + wire.end);
  });

  const forms = ['events', 'array', 'whole'] as const;
  const cases = FAULTS.flatMap((fault) =>
    forms.flatMap((form) => [
      { fault, form, wire: responsesWire },
      // A whole answer of a chat provider is no stream.
      ...(form === 'whole' ? [] : [{ fault, form, wire: chatWire }]),
    ]),
  ).map((item, index) => ({ ...item, model: `m${String(index)}` }));
  for (const { model, fault, wire } of cases) plays.set(model, { fault, wire });
  const modelsOf = (wire: Wire) =>
    cases.filter((item) => item.wire === wire).map(({ model: name }) => ({ name }));

  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': ['c-0', 'c-1'].map((key) => ({
        'api-key': key,
        'base-url': `${upstream.origin}/v1`,
        models: modelsOf(responsesWire),
      })),
      'openai-compatibility': [
        {
          name: 'acme',
          'base-url': `${upstream.origin}/v1`,
          'api-key-entries': [{ 'api-key': 'a-0' }, { 'api-key': 'a-1' }],
          models: modelsOf(chatWire),
        },
      ],
      routing: { strategy: 'fill-first', 'session-affinity': false },
    },
  );

  const ask = async (form: Form, model: string): Promise<Kind> => {
    const url = proxy.origin + PATHS[form](model);
    return endingOf(await sendRequest(url, { body: shortGeminiTurn() }), form);
  };

  for (const { model, fault, form, wire } of cases) {
    it(`${fault.name}: ${form} on ${wire === responsesWire ? 'Codex' : 'a chat provider'}`, async () => {
      const { broken } = fault;
      const kind = await ask(form, model);
      // What only begins an answer is not shown to Gemini clients, so it can still be moved.
      const begun = form !== 'whole' && broken?.after === 'delta';
      const failover = broken?.failover === true && !begun;
      const expected = broken === undefined || failover ? 'ok' : begun ? 'broken' : 'refused';
      assert.equal(kind, expected);
      assert.equal(asked.get(model), failover ? 2 : 1, 'times sent');
      assert.equal(await ask(form, model), 'ok');
    });
  }
});

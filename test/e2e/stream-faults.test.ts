/**
 * Every way in which an upstream stream can go wrong, for every client dialect on every upstream:
 * the client is told exactly one end, nothing that may have been billed is sent again, and an account
 * that had no fault is not cooled down.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { endingOf, PATHS, shortTurn, type Dialect } from '../support/endings.ts';
import { sendRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import {
  chatWire,
  FAULTS,
  responsesWire,
  type Fault,
  type Wire,
} from '../support/stream-faults.ts';
import { startProxy } from '../support/proxy.ts';

describe('an upstream stream that goes wrong', async () => {
  const asked = new Map<string, string[]>();
  const plays = new Map<string, { fault: Fault; wire: Wire }>();
  const upstream = await startFakeUpstream({ after }, async (call) => {
    const model = String(call.request.json()['model']);
    const accounts = asked.get(model) ?? [];
    asked.set(model, [...accounts, call.request.headers['authorization'] ?? '']);
    const play = plays.get(model);
    if (play === undefined) throw new Error(`no play for ${model}`);
    const { fault, wire } = play;
    if (accounts.length === 0) await fault.play(call, wire);
    else call.sse(wire.begin + wire.delta + wire.rest + wire.end);
  });

  const cases = FAULTS.flatMap((fault) =>
    (['chat', 'responses'] as const).flatMap((dialect) =>
      [true, false].flatMap((stream) => [
        { fault, dialect, stream, wire: responsesWire },
        ...(stream ? [{ fault, dialect, stream, wire: chatWire }] : []),
      ]),
    ),
  ).map((item, index) => ({ ...item, model: `m${index}` }));
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

  const ask = async (dialect: Dialect, model: string, stream: boolean) => {
    const body = shortTurn(dialect, model, stream);
    return endingOf(await sendRequest(proxy.origin + PATHS[dialect], { body }), dialect);
  };

  for (const { fault, dialect, stream, wire, model } of cases) {
    const where = `${stream ? 'streamed' : 'whole'} ${dialect} on ${wire === responsesWire ? 'Codex' : 'a compatible provider'}`;
    it(`${fault.name}: ${where}`, async () => {
      const { broken } = fault;
      const ending = await ask(dialect, model, stream);
      const begun =
        stream &&
        (broken?.after === 'delta' ||
          (broken?.after === 'begin' && (dialect === 'responses' || wire === chatWire)));
      const failover = broken?.failover === true && !begun;
      if (broken === undefined || failover) assert.equal(ending.kind, 'ok', ending.message);
      else assert.equal(ending.kind, begun ? 'broken' : 'refused', ending.message);
      if (ending.kind === 'refused') assert.ok(broken?.status.includes(ending.status));
      assert.equal(asked.get(model)?.length, failover ? 2 : 1, 'times sent');
      const next = await ask(dialect, model, stream);
      assert.equal(next.kind, 'ok');
      const accounts = asked.get(model) ?? [];
      const rests = accounts.at(-1) !== accounts[0];
      assert.equal(rests, broken?.cools === true, `accounts asked: ${accounts.join(', ')}`);
    });
  }
});

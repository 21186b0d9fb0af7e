/**
 * Everything that an upstream can do wrong, for every client dialect on every family of upstreams:
 * the client is told exactly one end in its own dialect and all of the text up to the fault, nothing
 * that may have been billed is sent again, and an account that had no fault does not rest.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { answerTurn, FAMILIES, type Family, type FamilyName } from '../../support/families.ts';
import { startFakeUpstream, type UpstreamExchange } from '../../support/fake-upstream.ts';
import { sendRequest } from '../../support/http-client.ts';
import { startProxy } from '../../support/proxy.ts';
import { BODY_FAULTS } from './body-faults.ts';
import { CLIENTS, endingOf, type Client, type ClientName } from './clients.ts';
import { expectedOf } from './expected.ts';
import type { Fault } from './fault.ts';
import { STREAM_FAULTS } from './stream-faults.ts';
import { TEXT, WIRES } from './wires.ts';

interface Case {
  fault: Fault;
  client: ClientName;
  upstream: FamilyName;
  stream: boolean;
  /** One of its own, so that no case sees the cooldowns of another. */
  model: string;
}

const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];
const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];

/** Is the upstream asked for a stream although the client wants one body? */
const alwaysStreams = (upstream: FamilyName, client: ClientName): boolean =>
  upstream === 'codex' || (upstream === 'claude' && client !== 'claude');

/** An array is a form of streams only. */
const hasForm = (client: ClientName, stream: boolean): boolean =>
  stream || client !== 'gemini array';

const CASES: readonly Case[] = CLIENT_NAMES.flatMap((client) =>
  FAMILY_NAMES.flatMap((upstream) =>
    [true, false].flatMap((stream) => {
      if (!hasForm(client, stream)) return [];
      const streams = stream || alwaysStreams(upstream, client);
      return (streams ? STREAM_FAULTS : BODY_FAULTS)
        .filter(({ concerns }) => concerns === undefined || concerns(upstream, client))
        .map((fault) => ({ fault, client, upstream, stream }));
    }),
  ),
).map((item, index) => ({ ...item, model: `m${String(index)}` }));

const modelOf = ({ request }: UpstreamExchange): string =>
  /\/models\/([^:]+):/.exec(request.path)?.[1] ?? String(request.json()['model']);

describe('an upstream that goes wrong', async () => {
  const cases = new Map(CASES.map((item) => [item.model, item]));
  /** Accounts that were asked, by model. */
  const asked = new Map<string, string[]>();
  const upstream = await startFakeUpstream({ after }, async (call) => {
    const model = modelOf(call);
    const played = cases.get(model);
    assert.ok(played !== undefined, `a case for ${model}`);
    const accounts = asked.get(model) ?? [];
    const family: Family = FAMILIES[played.upstream];
    asked.set(model, [...accounts, family.account(call)]);
    if (accounts.length > 0) answerTurn(family, call, { text: TEXT });
    else await played.fault.play(call, WIRES[played.upstream]);
  });

  const pools = FAMILY_NAMES.map((family) => {
    const models = CASES.filter((item) => item.upstream === family).map(({ model }) => model);
    const { pool }: Family = FAMILIES[family];
    return pool(upstream.origin, 2, models);
  });
  const proxy = await startProxy(
    { after },
    {
      ...Object.assign({}, ...pools),
      routing: { strategy: 'fill-first', 'session-affinity': false },
    },
  );

  const ask = async (client: Client, model: string, stream: boolean) => {
    const { path, body } = client.request(model, stream);
    return endingOf(client, await sendRequest(proxy.origin + path, { body }), stream);
  };

  for (const { fault, client: name, upstream: family, stream, model } of CASES) {
    const client = CLIENTS[name];
    it(`${fault.name}: ${stream ? 'streamed' : 'whole'} ${name} on ${family}`, async () => {
      const { outcome } = fault;
      const is = typeof outcome === 'function' ? outcome(family, name) : outcome;
      const { sent, rests, ...ending } = expectedOf(is, name, family, stream);
      assert.deepEqual(await ask(client, model, stream), ending);
      assert.equal(asked.get(model)?.length, sent, 'times sent');
      assert.deepEqual(await ask(client, model, stream), { kind: 'ok', status: 200, text: TEXT });
      const accounts = asked.get(model) ?? [];
      assert.equal(accounts.at(-1) !== accounts[0], rests, `asked: ${accounts.join(', ')}`);
    });
  }
});

/** A proxy before one account of each family, for the tests of real SDKs. */
import {
  answerTurn,
  EACH_FAMILY,
  modelAsked,
  type Family,
  type FamilyName,
} from '../../support/families.ts';
import { faultModel, FAULTS } from './faults.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamHandler,
} from '../../support/fake-upstream.ts';
import { startProxy } from '../../support/proxy.ts';
import { makeGate } from '../../support/wait.ts';
import type { Cleanup } from '../../support/temp.ts';
import type { ToolCall } from '../../../src/sandbox/responses-wire.ts';

/** Access key of the proxy. */
export const KEY = 'sdk-key';

/** What the model calls as long as it has no result. */
export const CALL: ToolCall = {
  callId: 'call_9',
  name: 'track_parcel',
  arguments: '{"code":"ZX10"}',
};

/** The tool's result. */
export const FOUND = 'Rotterdam';

/** The account of one family. */
export interface Pool {
  name: FamilyName;
  family: Family;
  model: string;
  upstream: FakeUpstream;
  /** What the upstream does for models without a fault. */
  answer: UpstreamHandler;
}

/** Starts everything on one proxy; it ends with the test. */
export async function startPools(test: Cleanup): Promise<{ origin: string; pools: Pool[] }> {
  const pools = await Promise.all(
    EACH_FAMILY.map(([name, family]) => startPool(test, name, family)),
  );
  const config: Record<string, unknown> = { 'api-keys': [KEY] };
  for (const { family, upstream } of pools) {
    const models = [family.model, ...FAULTS.map((fault) => faultModel(family, fault))];
    Object.assign(config, family.pool(upstream.origin, 1, models));
  }
  const { origin } = await startProxy(test, config);
  return { origin, pools };
}

async function startPool(test: Cleanup, name: FamilyName, family: Family): Promise<Pool> {
  const answer: UpstreamHandler = (call) => answerTurn(family, call);
  const upstream = await startFakeUpstream(test, (call) => {
    const model = modelAsked(call);
    const fault = FAULTS.find((one) => faultModel(family, one) === model);
    return fault === undefined ? pool.answer(call) : fault.play(call, family);
  });
  const pool: Pool = { name, family, model: family.model, upstream, answer };
  return pool;
}

/** Answers with this text, or with the default. */
export const say =
  ({ family }: Pool, text?: string): UpstreamHandler =>
  (call) =>
    answerTurn(family, call, text === undefined ? {} : { text });

/** Calls the tool, and tells its result once it is there. */
export const callTool =
  ({ family }: Pool): UpstreamHandler =>
  (call) => {
    const turn = call.request.body.includes(FOUND) ? { text: `In ${FOUND}` } : { toolCall: CALL };
    answerTurn(family, call, turn);
  };

/** Sends the first words, and breaks off when the returned function is called. */
export function breakOff(pool: Pool): () => void {
  const gate = makeGate();
  const [begin = ''] = /^[^]*?Hello.*\r?\n\r?\n/.exec(pool.family.stream()) ?? [];
  pool.answer = async (call) => {
    call.sseHead();
    await call.write(begin);
    await gate.passed;
    call.destroy();
  };
  return () => gate.open();
}

/** Replays recordings on every upstream family: one program for each, as its clients would use it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { headerOf } from '../../support/fixtures.ts';
import { sendRequest, type ClientAnswer } from '../../support/http-client.ts';
import { startProxy, startProxyOn, type TestProxy } from '../../support/proxy.ts';
import { reconfigure } from '../../support/reconfigure.ts';
import { collectedCleanup } from '../../support/temp.ts';
import { zstdStored } from '../../support/zstd.ts';
import { checkContinuity } from './continuity.ts';
import { checkHeard, checkReceived } from './checks.ts';
import { errorIn, heardIn } from './dialects.ts';
import { FAMILIES, type Family, type FamilyUpstream } from './families.ts';
import { bytesOf, turnsOf, type Turn } from './recording.ts';

/** Set by the connection or by the test's own client. */
const NOT_REPLAYED = new Set(['connection', 'content-length', 'transfer-encoding']);

function send(proxy: TestProxy, turn: Turn): Promise<ClientAnswer> {
  const { step } = turn;
  const headers = step.headers.filter(([key]) => !NOT_REPLAYED.has(key.toLowerCase())).flat();
  const bytes = bytesOf(turn);
  const zstd = headerOf(step, 'content-encoding') === 'zstd';
  return sendRequest(proxy.origin + step.path, { headers, body: zstd ? zstdStored(bytes) : bytes });
}

/**
 * Declares the tests: one program for all families, which get their pools one after the other.
 * `server`: where the usual one can not serve the recordings.
 */
export function replay(names: readonly string[], server?: 'node'): void {
  const recordings = names.map((name) => ({ name, turns: turnsOf(name) }));
  const models = [...new Set(recordings.flatMap(({ turns }) => turns.map(({ model }) => model)))];
  const cleanup = collectedCleanup();
  let proxy: TestProxy;
  before(async () => {
    proxy = await (server === undefined
      ? startProxy(cleanup, {})
      : startProxyOn(server, cleanup, {}));
  });
  after(() => cleanup.undo());

  for (const [index, family] of FAMILIES.entries()) {
    describe(`on ${family.name}`, () => {
      let upstream: FamilyUpstream;
      before(async () => {
        const marker = `pool-${String(index)}`;
        upstream = await family.start(cleanup);
        await reconfigure(proxy, family.pool(upstream.origin, [...models, marker]), marker);
      });
      for (const { name, turns } of recordings) {
        it(name, () => replayOne(family, upstream, proxy, turns));
      }
    });
  }
}

async function replayOne(
  family: Family,
  upstream: FamilyUpstream,
  proxy: TestProxy,
  turns: readonly Turn[],
): Promise<void> {
  assert.ok(turns.length > 0, 'the recording has turns');
  const start = upstream.received.length;
  for (const turn of turns) {
    upstream.reply = turn.reply;
    const answer = await send(proxy, turn);
    if (turn.reply === undefined) {
      assert.equal(answer.status, 400);
      await errorIn(turn.form, answer);
    } else checkHeard(turn, await heardIn(turn.form, turn.streams, answer), family);
  }
  const received = upstream.received.slice(start);
  assert.equal(received.length, turns.length, 'every turn was sent once');
  const exchanges = turns.flatMap((turn, index) => {
    const got = received[index];
    return got === undefined ? [] : [{ turn, received: got }];
  });
  for (const { turn, received: got } of exchanges) checkReceived(turn, got, family);
  checkContinuity(exchanges, family);
}

/** Replays recordings on every upstream family, request by request as the client sent them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { headerOf } from '../../support/fixtures.ts';
import { sendRequest, type ClientAnswer } from '../../support/http-client.ts';
import type { TestProxy } from '../../support/proxy.ts';
import { zstdStored } from '../../support/zstd.ts';
import { checkExchanges } from './continuity.ts';
import { checkHeard } from './checks.ts';
import { errorIn, heardIn } from './dialects.ts';
import { FAMILIES } from './families.ts';
import { bytesOf, turnsOf, type Turn } from './recording.ts';
import { onFamilies, type Stage } from './stage.ts';

/** Set by the connection or by the test's own client. */
const NOT_REPLAYED = new Set(['connection', 'content-length', 'transfer-encoding']);

function send(proxy: TestProxy, turn: Turn): Promise<ClientAnswer> {
  const { step } = turn;
  const headers = step.headers.filter(([key]) => !NOT_REPLAYED.has(key.toLowerCase())).flat();
  const bytes = bytesOf(turn);
  const zstd = headerOf(step, 'content-encoding') === 'zstd';
  return sendRequest(proxy.origin + step.path, { headers, body: zstd ? zstdStored(bytes) : bytes });
}

/** Declares the tests. `server`: where the usual one can not serve the recordings. */
export function replay(names: readonly string[], server?: 'node'): void {
  const recordings = names.map((name) => ({ name, turns: turnsOf(name) }));
  const models = recordings.flatMap(({ turns }) => turns.map(({ model }) => model));
  onFamilies(FAMILIES, models, { server }, (stage) => {
    for (const { name, turns } of recordings) it(name, () => replayOne(stage(), turns));
  });
}

async function replayOne(
  { family, upstream, proxy }: Stage,
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
  checkExchanges(exchanges, family);
}

/** Large bodies: whole and unsplit at the upstream, also after a failover and out of every coding. */
import assert from 'node:assert/strict';
import * as zlib from 'node:zlib';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { makeGate, waitUntil } from '../support/wait.ts';
import { PATHS, shortTurn } from '../support/endings.ts';
import { responsesSse, responsesTurn } from '../support/turns.ts';
import { sendRequest, startRequest } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { zstdStored } from '../support/zstd.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const LENGTHS: [name: string, bytes: number][] = [
  ['200 KB', 200 * KIB],
  ['2 MiB', 2 * MIB],
  ['20 MiB', 20 * MIB],
];

/** Text that shows where it was cut or mixed up; with characters of every length in UTF-8. */
function longText(bytes: number): string {
  const lines: string[] = [];
  for (let size = 0; size < bytes;) {
    const line = `line ${size} "quoted" \\ äß € 😀\n`;
    lines.push(line);
    size += Buffer.byteLength(line);
  }
  return lines.join('');
}

interface Message {
  content: string | { text: string }[];
}

describe('large bodies', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': [
        ...codexKeys(upstream.origin, 1, ['gpt-5.5', 'moves']),
        ...codexKeys(upstream.origin, 2, ['moves']).slice(1),
      ],
      'openai-compatibility': [
        {
          name: 'acme',
          'base-url': `${upstream.origin}/acme`,
          models: [{ name: 'vendor/big', alias: 'big' }],
        },
      ],
      switchyard: { limits: { 'cpu-pool-kb': 512 }, threads: { hosts: 1 } },
      routing: { strategy: 'fill-first' },
    },
  );
  const chat = proxy.origin + PATHS.chat;
  const chatBody = (model: string, text: string): string =>
    JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: text }] });
  /** Text of the one message that a Codex body holds. */
  const textAt = (index: number): string => {
    const input = upstream.requests.at(index)?.json()['input'] as Message[];
    return input
      .flatMap(({ content }) => content as { text: string }[])
      .map((part) => part.text)
      .join('');
  };

  for (const [name, bytes] of LENGTHS) {
    const text = longText(bytes);

    it(`${name} of chat to Codex`, async () => {
      const answer = await sendRequest(chat, { body: chatBody('gpt-5.5', text) });
      assert.match(await answer.text(), /\[DONE\]\n\n$/);
      assert.ok(textAt(-1) === text, 'the whole text arrived');
      const sent = upstream.requests.at(-1);
      assert.equal(sent?.headers['content-length'], String(sent?.body.byteLength));
    });

    it(`${name} of chat to a compatible provider, byte for byte`, async () => {
      const body = chatBody('big', text);
      const answer = await sendRequest(chat, { body });
      assert.equal(answer.status, 200);
      const sent = upstream.requests.at(-1);
      assert.equal(sent?.headers['content-length'], String(sent?.body.byteLength));
      const fields = sent?.json() as { model: string; messages: Message[] };
      assert.equal(fields.model, 'vendor/big');
      assert.ok(fields.messages[0]?.content === text, 'the whole text arrived');
      const kept = body.slice(body.indexOf('"messages"'), -1);
      assert.ok(sent?.body.includes(kept), 'the bytes of the messages are the client’s');
    });

    it(`${name}: the second account gets the same bytes as the first`, async () => {
      upstream.handler = (call) =>
        call.request.headers['authorization'] === 'Bearer key-0'
          ? call.json(503, '{}', { 'retry-after': '1' })
          : call.turn();
      const body = chatBody('moves', `${name} ${text}`);
      const before = upstream.requests.length;
      const answer = await sendRequest(chat, { body });
      assert.equal(answer.status, 200, await answer.text());
      const [first, second] = upstream.requests.slice(before);
      if (second !== undefined) assert.ok(first?.body.equals(second.body));
      assert.ok(textAt(-1) === `${name} ${text}`);
      upstream.handler = (call) => call.turn();
    });
  }

  it('every coding of a request body is taken off', async () => {
    const text = longText(300 * KIB);
    const plain = Buffer.from(chatBody('gpt-5.5', text));
    const coded: Record<string, Uint8Array> = {
      gzip: zlib.gzipSync(plain),
      br: zlib.brotliCompressSync(plain, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
      deflate: zlib.deflateSync(plain),
      zstd: zstdStored(plain),
      'gzip, zstd': zstdStored(zlib.gzipSync(plain)),
    };
    for (const [coding, body] of Object.entries(coded)) {
      const answer = await sendRequest(chat, { body, headers: { 'content-encoding': coding } });
      assert.equal(answer.status, 200, `${coding}: ${await answer.text()}`);
      assert.ok(textAt(-1) === text, coding);
      assert.equal(upstream.requests.at(-1)?.headers['content-encoding'], undefined);
    }
  });

  it('a huge body does not stall a stream on the same host', async () => {
    const rest = makeGate();
    const events = responsesTurn({ text: 'Hello there' }).map((event) => responsesSse([event]));
    upstream.handler = async (call) => {
      if (call.request.body.byteLength > MIB) {
        await rest.passed;
        call.turn();
        return;
      }
      call.sseHead();
      for (const event of events) await call.write(event);
      call.end();
    };
    const huge = startRequest(chat, { body: chatBody('gpt-5.5', longText(20 * MIB)) });
    const small = await sendRequest(proxy.origin + PATHS.responses, {
      body: shortTurn('responses', 'gpt-5.5', true),
    });
    const frames = await small.frames();
    assert.equal(frames.at(-1)?.event, 'response.completed');
    await waitUntil(() => upstream.requests.some(({ body }) => body.byteLength > 20 * MIB), 'it');
    rest.open();
    assert.equal((await huge.answer).status, 200);
  });
});

/** Bad input: a clear JSON error in the client's dialect, nothing lost, no cooldown. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { after, describe, it } from 'node:test';
import { codexKeys, startProxy } from '../support/proxy.ts';
import { sendRequest, startRequest, type RequestOptions } from '../support/http-client.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { waitUntil } from '../support/wait.ts';

interface Case {
  name: string;
  path?: string;
  request: RequestOptions;
  status: number;
  message: RegExp;
  code?: string;
}

const turn = { model: 'gpt-5.5', messages: [{ role: 'user', content: 'Hi' }] };

const CASES: Case[] = [
  {
    name: 'malformed JSON',
    request: { body: '{"model":"gpt-5.5",' },
    status: 400,
    message: /JSON/i,
  },
  { name: 'no object', request: { body: '[1,2]' }, status: 400, message: /JSON/i },
  { name: 'an empty body', request: { body: '' }, status: 400, message: /JSON/i },
  { name: 'a wrong type', request: { body: { model: 7 } }, status: 400, message: /model/ },
  { name: 'no model', request: { body: { messages: [] } }, status: 400, message: /model/ },
  {
    name: 'an unknown model',
    request: { body: { ...turn, model: 'no"pe' } },
    status: 400,
    message: /unknown provider for model no"pe/,
    code: 'model_not_found',
  },
  {
    name: 'messages of a wrong type',
    request: { body: { ...turn, messages: 'Hi' } },
    status: 400,
    message: /messages/,
  },
  {
    name: 'an unknown encoding',
    request: { body: Buffer.from([1, 2, 3]), headers: { 'content-encoding': 'lzma' } },
    status: 415,
    message: /encoding/,
  },
  {
    name: 'a broken encoding',
    request: { body: Buffer.from('not gzip'), headers: { 'content-encoding': 'gzip' } },
    status: 400,
    message: /decode/i,
  },
  {
    name: 'a body over the limit after decoding',
    request: {
      body: gzipSync(Buffer.alloc(3 * 1024 * 1024, 0x20)),
      headers: { 'content-encoding': 'gzip' },
    },
    status: 413,
    message: /2 MiB|large/,
  },
  {
    name: 'a body over the limit',
    request: { body: Buffer.alloc(2 * 1024 * 1024 + 1, 0x20) },
    status: 413,
    message: /2 MiB/,
  },
  {
    name: 'multipart',
    request: { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    status: 415,
    message: /json/i,
  },
  { name: 'an unknown path', path: '/v2/x', request: {}, status: 404, message: /route/ },
  {
    name: 'a wrong method',
    request: { method: 'DELETE' },
    status: 405,
    message: /POST/,
  },
];

describe('bad input', async () => {
  const upstream = await startFakeUpstream({ after });
  const proxy = await startProxy(
    { after },
    {
      'codex-api-key': codexKeys(upstream.origin, 1),
      switchyard: { limits: { 'max-body-mb': 2 } },
    },
  );

  for (const { name, path, request, status, message, code } of CASES) {
    for (const route of path === undefined ? ['/v1/chat/completions', '/v1/responses'] : [path]) {
      if (name.startsWith('messages') && route === '/v1/responses') continue;
      it(`${name} on ${route} gives ${status}`, async () => {
        const answer = await sendRequest(`${proxy.origin}${route}`, request);
        assert.equal(answer.status, status);
        assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
        const body = (await answer.json()) as { error: { message: string; code?: string } };
        assert.match(body.error.message, message);
        if (code !== undefined) assert.equal(body.error.code, code);
      });
    }
  }

  it('none of them reached the upstream, and the account is free', async () => {
    assert.equal(upstream.requests.length, 0);
    const answer = await sendRequest(`${proxy.origin}/v1/chat/completions`, { body: turn });
    assert.equal(answer.status, 200);
  });

  it('a client that leaves while it sends costs nothing', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.write('POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n{"model"');
    await waitUntil(() => socket.bytesWritten > 0, 'the half request to be written');
    socket.resetAndDestroy();
    const answer = await sendRequest(`${proxy.origin}/v1/chat/completions`, { body: turn });
    assert.equal(answer.status, 200);
  });

  it('a client that leaves during the answer cuts the upstream connection', async () => {
    upstream.handler = (call) => call.sseHead();
    const running = startRequest(`${proxy.origin}/v1/responses`, {
      body: { model: 'gpt-5.5', input: 'Hi', stream: true },
    });
    const before = upstream.calls.length;
    const call = await waitUntil(() => upstream.calls[before], 'the turn to reach the upstream');
    running.abort();
    await call.clientGone;
    upstream.handler = (next) => next.turn();
    const answer = await sendRequest(`${proxy.origin}/v1/chat/completions`, { body: turn });
    assert.equal(answer.status, 200, 'no cooldown for a client that left');
  });

  it('an upgrade is refused with 426', async () => {
    const answer = await sendRequest(`${proxy.origin}/v1/responses`, {
      method: 'GET',
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
      },
    });
    assert.equal(answer.status, 426);
    assert.match(await answer.text(), /"error"/);
  });
});

/** Upstream headers that may reach a client with `passthrough-headers` (routing.md 10). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filterUpstreamHeaders } from '../../../src/front/errors/headers.ts';

describe('upstream headers', () => {
  it('113: hop-by-hop, cookies, and what Connection names', () => {
    const upstream = [
      ['Set-Cookie', 'a=1'],
      ['X-Request-Id', 'r1'],
      ['Connection', 'keep-alive, X-Foo'],
      ['connection', ' X-BAR '],
      ['X-Foo', '1'],
      ['x-bar', '2'],
    ];
    assert.deepEqual(filterUpstreamHeaders(upstream.flat()), ['X-Request-Id', 'r1']);
  });

  it('114: the content type of the answer wins', () => {
    const taken = ['content-type', 'application/json'];
    assert.deepEqual(filterUpstreamHeaders(['Content-Type', 'text/plain'], taken), []);
  });

  const dropped = [
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Content-Length',
    'Content-Encoding',
    'Access-Control-Allow-Origin',
    'Access-Control-Allow-Credentials',
    'Access-Control-Allow-Headers',
    'Access-Control-Allow-Methods',
    'Access-Control-Expose-Headers',
    'Access-Control-Max-Age',
    'X-CPA-Trace-Id',
    // Beyond the reference: they speak about the upstream's own host, or about our accounts.
    'Alt-Svc',
    'Strict-Transport-Security',
    'X-Switchyard-Account',
  ];
  for (const name of dropped) {
    it(`drops ${name}`, () => assert.deepEqual(filterUpstreamHeaders([name, 'x']), []));
  }

  it('keeps everything else, in order and repeated, with its spelling', () => {
    const kept = ['OpenAI-Model', 'm', 'x-codex-turn-state', 's', 'Link', 'a', 'Link', 'b'];
    assert.deepEqual(filterUpstreamHeaders(kept), kept);
  });

  it('never overwrites what the answer has', () => {
    const taken = ['cache-control', 'no-cache', 'vary', 'Origin'];
    const upstream = ['Cache-Control', 'private', 'Vary', 'Accept', 'ETag', '"1"'];
    assert.deepEqual(filterUpstreamHeaders(upstream, taken), ['ETag', '"1"']);
  });

  it('nothing in, nothing out', () => assert.deepEqual(filterUpstreamHeaders([]), []));
});

/** Which proxy a request takes (config.md 2.7 and 8; providers.md 1.2, vectors P1 to P3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SwitchyardError } from '../../src/errors.ts';
import { matchesNoProxy } from '../../src/upstream/no-proxy.ts';
import { proxyFor, type Environment } from '../../src/upstream/proxy.ts';

const HTTPS = 'https://chatgpt.com/backend-api/codex/responses';
const HTTP = 'http://api.example.com/v1';

/** A choice: `url`, configured value, environment; scheme, host and port of the proxy, or `direct`. */
type Choice = [url: string, proxyUrl: string, env: Environment, shown: string];

const VECTORS: [id: string, ...Choice][] = [
  ['P1', HTTPS, 'none', { HTTPS_PROXY: 'http://p:1' }, 'direct'],
  ['P3', HTTPS, 'socks5h://u:p@h:1', {}, 'socks5h://h:1'],
];

const CHOICES: Choice[] = [
  [HTTPS, '', {}, 'direct'],
  [HTTPS, 'NONE', { HTTPS_PROXY: 'http://p:1' }, 'direct'],
  [HTTPS, ' Direct ', { HTTPS_PROXY: 'http://p:1' }, 'direct'],
  [HTTPS, 'socks5://h', {}, 'socks5://h:1080'],
  [HTTPS, 'http://h', {}, 'http://h:80'],
  [HTTPS, 'https://h', {}, 'https://h:443'],
  [HTTPS, 'HTTP://H:8080/', {}, 'http://h:8080'],
  [HTTPS, 'http://[::1]:8080', {}, 'http://[::1]:8080'],
  // The configured one beats the environment, and knows no exceptions.
  [HTTPS, 'http://own:1', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, 'http://own:1'],
  ['http://127.0.0.1:1/', 'http://own:1', {}, 'http://own:1'],
  [HTTPS, '', { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:1' }, 'http://p:1'],
  [HTTP, '', { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:1' }, 'http://q:1'],
  [HTTPS, '', { HTTP_PROXY: 'http://q:1' }, 'direct'],
  [HTTPS, '  ', { https_proxy: 'socks5://s:1' }, 'socks5://s:1'],
  [HTTPS, '', { HTTPS_PROXY: 'http://up:1', https_proxy: 'http://low:1' }, 'http://up:1'],
  [HTTPS, '', { HTTPS_PROXY: '', https_proxy: 'http://low:1' }, 'http://low:1'],
  [HTTPS, '', { HTTPS_PROXY: 'p:3128' }, 'http://p:3128'],
  [HTTPS, '', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'chatgpt.com' }, 'direct'],
  [HTTPS, '', { HTTPS_PROXY: 'http://p:1', no_proxy: 'openai.com, .com' }, 'direct'],
  [HTTPS, '', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'openai.com' }, 'http://p:1'],
  ['http://localhost:11434/', '', { HTTP_PROXY: 'http://p:1' }, 'direct'],
  ['http://127.0.0.5/', '', { HTTP_PROXY: 'http://p:1' }, 'direct'],
  ['http://[::1]/', '', { HTTP_PROXY: 'http://p:1' }, 'direct'],
];

/** Values that are not usable, and where they stand. */
const UNUSABLE: [proxyUrl: string, env: Environment, message: RegExp][] = [
  ['secret.example.com', {}, /^proxy-url is not usable: it is not a URL/],
  ['host:8080', {}, /^proxy-url is not usable: its scheme/],
  ['socks5://', {}, /^proxy-url is not usable: it names no host/],
  ['socks4://h:1', {}, /^proxy-url is not usable: its scheme/],
  ['http://user:secret@h:99999', {}, /^proxy-url is not usable: it is not a URL/],
  ['', { HTTPS_PROXY: 'ftp://user:secret@h' }, /^HTTPS_PROXY is not usable: its scheme/],
];

const LIST =
  'example.com,.only.sub, *.Star.org ,10.0.0.0/8,192.168.1.7,fd00::/8,port.test:8080,[::2]:90,1.2.3.0/40';
const EXCEPTIONS: [url: string, matches: boolean][] = [
  ['https://example.com/', true],
  ['https://a.b.example.com/', true],
  ['https://notexample.com/', false],
  ['https://only.sub/', false],
  ['https://x.only.sub/', true],
  ['https://star.org/', false],
  ['https://x.star.org/', true],
  ['http://10.200.3.4/', true],
  ['http://11.0.0.1/', false],
  ['http://192.168.1.7:99/', true],
  ['http://192.168.1.70/', false],
  ['http://[fd12::1]/', true],
  ['http://[fe80::1]/', false],
  ['http://port.test:8080/', true],
  ['http://port.test/', false],
  ['http://[::2]:90/', true],
  ['http://[::2]/', false],
  ['http://1.2.3.4/', false],
];

/** The login in the value is never shown. */
function refuses(proxyUrl: string, env: Environment, message: RegExp): void {
  assert.throws(
    () => proxyFor(new URL(HTTPS), proxyUrl, env),
    (error) =>
      error instanceof SwitchyardError &&
      error.code === 'upstream_connect_failed' &&
      message.test(error.message) &&
      !error.message.includes('secret'),
  );
}

describe('choice of the outbound proxy', () => {
  for (const [id, url, proxyUrl, env, shown] of VECTORS) {
    it(`${id}: '${proxyUrl}': ${shown}`, () => {
      assert.equal(proxyFor(new URL(url), proxyUrl, env)?.shown ?? 'direct', shown);
    });
  }

  it('P2 differs: an unusable value is an error (reference: goes on without the proxy)', () => {
    const env = { HTTPS_PROXY: 'http://p:1' };
    refuses('ftp://user:secret@x', env, /^proxy-url .*its scheme is not http, /);
  });

  for (const [url, proxyUrl, env, shown] of CHOICES) {
    it(`${url} with '${proxyUrl}' and ${JSON.stringify(env)}: ${shown}`, () => {
      assert.equal(proxyFor(new URL(url), proxyUrl, env)?.shown ?? 'direct', shown);
    });
  }

  it('reads login and host, and decodes them', () => {
    const proxy = proxyFor(new URL(HTTPS), 'socks5h://us%40er:p%3Aw%25@[fd00::1]:1081', {});
    assert.deepEqual(proxy, {
      kind: 'socks',
      secure: false,
      host: 'fd00::1',
      port: 1081,
      user: 'us@er',
      password: 'p:w%',
      shown: 'socks5h://[fd00::1]:1081',
    });
    assert.equal(proxyFor(new URL(HTTPS), 'http://u:100%@h', {})?.password, '100%');
  });

  for (const [proxyUrl, env, message] of UNUSABLE) {
    it(`refuses '${proxyUrl}' ${JSON.stringify(env)}, and shows no login`, () => {
      refuses(proxyUrl, env, message);
    });
  }

  for (const [url, matches] of EXCEPTIONS) {
    it(`NO_PROXY ${matches ? 'names' : 'does not name'} ${url}`, () => {
      assert.equal(matchesNoProxy(new URL(url), LIST), matches);
    });
  }

  it('NO_PROXY `*` names all, an empty one none', () => {
    assert.equal(matchesNoProxy(new URL(HTTPS), 'x.org, *'), true);
    assert.equal(matchesNoProxy(new URL(HTTPS), ''), false);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { routeOf } from '../../src/front/routes.ts';

describe('routes', () => {
  const turns: [string, string][] = [
    ['/v1/chat/completions', 'openai'],
    ['/v1/completions', 'openai-completion'],
    ['/v1/responses', 'openai-response'],
    ['/backend-api/codex/responses', 'openai-response'],
  ];
  for (const [path, format] of turns) {
    it(`${path} takes turns of ${format}, by POST, with a key`, () => {
      const entry = routeOf(path);
      const sockets = format === 'openai-response' ? { sockets: true } : {};
      assert.deepEqual(entry?.route, { kind: 'turn', format, ...sockets });
      assert.deepEqual(entry?.methods, ['POST']);
      assert.equal(entry?.guarded, true);
    });
  }

  it('images: both endpoints, forms for edits only (codex.md 8.1)', () => {
    const image = { kind: 'turn', format: 'openai-image' };
    assert.deepEqual(routeOf('/v1/images/generations')?.route, image);
    assert.deepEqual(routeOf('/v1/images/edits')?.route, { ...image, forms: true });
  });

  it('compaction takes turns on both paths, and no WebSockets (codex.md 3.1)', () => {
    for (const path of ['/v1/responses/compact', '/backend-api/codex/responses/compact']) {
      const entry = routeOf(path);
      assert.deepEqual(entry?.route, { kind: 'turn', format: 'openai-response' }, path);
      assert.deepEqual([entry.methods, entry.guarded], [['POST'], true], path);
    }
  });

  it('the list of models needs a key', () => {
    assert.deepEqual(routeOf('/v1/models'), {
      route: { kind: 'models' },
      methods: ['GET', 'HEAD'],
      guarded: true,
    });
  });

  it('one model: its name may have slashes, and is no Gemini action', () => {
    const entry = (model: string) => ({
      route: { kind: 'models', model },
      methods: ['GET', 'HEAD'],
      guarded: true,
    });
    assert.deepEqual(routeOf('/v1/models/gpt-5.5'), entry('gpt-5.5'));
    assert.deepEqual(routeOf('/v1/models/team-a/gpt-5.5'), entry('team-a/gpt-5.5'));
    assert.deepEqual(routeOf('/v1/models/team-a%2Fgpt-5.5'), entry('team-a/gpt-5.5'));
    assert.equal(routeOf('/v1/models/m:generateContent')?.route.kind, 'turn');
  });

  it('connectivity checks need none and may be HEAD (clients.md 2, row 16)', () => {
    for (const path of ['/', '/healthz', '/api/hello']) {
      const entry = routeOf(path);
      assert.equal(entry?.guarded, false, path);
      assert.ok(entry?.methods.includes('HEAD'), path);
    }
  });

  it('one trailing slash is forgiven, two are not', () => {
    assert.equal(routeOf('/v1/responses/'), routeOf('/v1/responses'));
    assert.equal(routeOf('/v1/responses//'), undefined);
    assert.equal(routeOf('//'), routeOf('/'));
  });

  it('everything else is unknown', () => {
    for (const path of ['', '/v1', '/V1/models', '/v1/chat', '/v1/responses/x', '__proto__']) {
      assert.equal(routeOf(path), undefined, path);
    }
  });
});

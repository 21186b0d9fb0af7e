/** Paths of Gemini clients (clients.md 2, row 14, and 3.1). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { geminiAction, geminiModelOf, isGeminiPath } from '../../src/front/gemini-paths.ts';
import { routeOf } from '../../src/front/routes.ts';

const NAMES = [
  'm',
  'm(high)',
  'm(8192)',
  'team-a/m',
  'gemini://m',
  'a:b',
  'auto',
  '100%',
  'models/m',
];
const PREFIXES = [
  '/v1beta/models/',
  '/v1/models/',
  '/v1beta1/publishers/google/models/',
  '/v1beta/',
] as const;
const VERBS = ['generateContent', 'streamGenerateContent', 'countTokens'] as const;

describe('Gemini paths', () => {
  for (const prefix of PREFIXES) {
    it(`${prefix}NAME:verb, whatever the name`, () => {
      for (const verb of VERBS) {
        for (const model of NAMES) {
          // Without `models/` the name can not begin with it.
          if (prefix === '/v1beta/' && model.startsWith('models/')) continue;
          assert.deepEqual(geminiAction(`${prefix}${model}:${verb}`), { model, verb });
        }
      }
    });
  }

  it('escaped names are understood', () => {
    const action = geminiAction('/v1beta/models/m%28high%29:generateContent');
    assert.equal(action?.model, 'm(high)');
  });

  const OTHERS = [
    '/v1beta/models/m:embedContent',
    '/v1beta/models/m:',
    '/v1beta/models/m',
    '/v1beta/models/:generateContent',
    '/v1/chat/completions:generateContent',
    '/v2/models/m:generateContent',
    '/v1/models',
  ];
  for (const path of OTHERS) {
    it(`${path} is no action`, () => assert.equal(geminiAction(path), undefined));
  }

  it('a turn: model and form come from the path', () => {
    const turn = (model: string, stream: boolean) => ({
      kind: 'turn',
      format: 'gemini',
      named: { model, stream },
    });
    const route = (verb: string) => routeOf(`/v1beta/models/team-a/m:${verb}`);
    assert.deepEqual(route('generateContent')?.route, turn('team-a/m', false));
    assert.deepEqual(route('streamGenerateContent')?.route, turn('team-a/m', true));
    assert.deepEqual(route('countTokens')?.route, { ...turn('team-a/m', false), counts: true });
    assert.deepEqual([route('generateContent')?.methods, route('x')], [['POST'], undefined]);
  });

  it('descriptions of models', () => {
    for (const model of ['m', 'team-a/m', 'gemini://m']) {
      assert.equal(geminiModelOf(`/v1beta/models/${model}`), model);
      const entry = routeOf(`/v1beta/models/${model}`);
      assert.deepEqual(entry?.route, { kind: 'gemini-models', model });
      assert.deepEqual([entry.methods, entry.guarded], [['GET', 'HEAD'], true]);
    }
    assert.equal(geminiModelOf('/v1beta/models/m:verb'), undefined);
    assert.equal(geminiModelOf('/v1beta/models/'), undefined);
  });

  it("Google's errors for Google's paths only", () => {
    assert.ok(isGeminiPath('/v1beta/models/m:nothing'));
    assert.ok(isGeminiPath('/v1beta1/publishers/google/models/m'));
    assert.ok(isGeminiPath('/v1/models/m:generateContent'));
    assert.ok(!isGeminiPath('/v1/models/m'));
    assert.ok(!isGeminiPath('/v1/chat/completions'));
  });
});

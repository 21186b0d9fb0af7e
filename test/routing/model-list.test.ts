/** `GET /v1/models`, routing.md 2 and clients.md 2 row 15. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, keyed, model, NOW, NO_STATES, stateAfter, statesOf, tableOf } from './support.ts';
import { modelList } from '../../src/routing/model-list.ts';
import type { RoutingTable } from '../../src/routing/table.ts';

const table = tableOf([
  account('a', { plan: 'free', prefix: 'team-a', excludedModels: ['*5.6*', '*5.4*', 'codex-*'] }),
  keyed('k', [model('up', 'alpha', { displayName: 'Zulu', maxContextLength: 1000 })]),
]);
const IDS = ['alpha', 'gpt-5.5', 'gpt-image-1.5', 'gpt-image-2'];
const ALL_IDS = [...IDS, ...IDS.slice(1).map((id) => `team-a/${id}`)];

/** A caller that says nothing about the form it reads. */
const PLAIN = { query: '', header: (): undefined => undefined };

function list(headers: Record<string, string> = {}, query = '', of: RoutingTable = table) {
  const caller = {
    query,
    headers,
    // As in the server's exchange, a method that needs its object.
    header(name: string): string | undefined {
      return this.headers[name];
    },
  };
  // As a client sees it: absent members are gone.
  return JSON.parse(JSON.stringify(modelList(of, NO_STATES, NOW, caller))) as {
    data: Record<string, unknown>[];
    models: Record<string, unknown>[];
  } & Record<string, unknown>;
}

describe('model lists', () => {
  it('OpenAI form, sorted by id', () => {
    const { object, data } = list();
    assert.equal(object, 'list');
    assert.deepEqual(
      data.map(({ id }) => id),
      ALL_IDS,
    );
    assert.deepEqual(data[1], {
      id: 'gpt-5.5',
      object: 'model',
      created: 1_776_902_400,
      owned_by: 'openai',
    });
    const plain = JSON.stringify(modelList(table, NO_STATES, NOW, PLAIN));
    assert.deepEqual(JSON.parse(plain), list());
  });

  it('a suspended model is left out', () => {
    const one = tableOf([keyed('k')]);
    const states = statesOf({ k: stateAfter(401, 'm') });
    assert.deepEqual(modelList(one, states, NOW, PLAIN), { object: 'list', data: [] });
  });

  for (const [name, value] of [
    ['anthropic-version', '2023-06-01'],
    ['user-agent', 'claude-cli/2.1 (external, cli)'],
  ] as const) {
    it(`Anthropic form for ${name}, sorted by display name`, () => {
      const answer = list({ [name]: value });
      assert.deepEqual(answer.data[0], {
        id: 'gpt-5.5',
        object: 'model',
        owned_by: 'openai',
        type: 'model',
        display_name: 'GPT 5.5',
        created_at: '2026-04-23T00:00:00Z',
        max_input_tokens: 272_000,
        max_tokens: 128_000,
      });
      assert.deepEqual([answer['first_id'], answer['last_id']], ['gpt-5.5', 'alpha']);
      assert.equal(answer.data.at(-1)?.['max_tokens'], 64_000);
      assert.equal(answer['has_more'], false);
    });
  }

  describe('pages of the Anthropic form', () => {
    const anthropic = { 'anthropic-version': '2023-06-01' };
    const all = list(anthropic).data.map(({ id }) => String(id));
    const ids = (query: string): unknown => {
      const { data, has_more: more } = list(anthropic, query);
      return [data.map(({ id }) => id), more];
    };
    const cases: [string, unknown][] = [
      ['limit=2', [all.slice(0, 2), true]],
      [`limit=${String(all.length)}`, [all, false]],
      ['limit=1000', [all, false]],
      ['limit=0', [all, false]],
      ['limit=x', [all, false]],
      [`limit=2&after_id=${all[1] ?? ''}`, [all.slice(2, 4), true]],
      [`after_id=${all[4] ?? ''}`, [all.slice(5), false]],
      [`limit=2&before_id=${all[3] ?? ''}`, [all.slice(1, 3), true]],
      [`limit=9&before_id=${all[3] ?? ''}`, [all.slice(0, 3), false]],
      ['after_id=nothing', [all, false]],
    ];
    for (const [query, expected] of cases) it(query, () => assert.deepEqual(ids(query), expected));
  });

  describe('one model', () => {
    const one = (model: string, headers: Record<string, string>, query = ''): unknown => {
      const caller = { query, header: (name: string) => headers[name] };
      return modelList(table, NO_STATES, NOW, caller, model);
    };
    it('in the form of the caller, by its real id', () => {
      assert.deepEqual(one('team-a/gpt-5.5', {}), {
        id: 'team-a/gpt-5.5',
        object: 'model',
        created: 1_776_902_400,
        owned_by: 'openai',
      });
      const { type } = one('gpt-5.5', { 'anthropic-version': 'x' }) as { type: string };
      assert.equal(type, 'model');
      const { name } = one('models/gpt-5.5', { 'x-goog-api-key': 'k' }) as { name: string };
      assert.equal(name, 'models/gpt-5.5');
    });
    it('that is not listed is not there', () => {
      assert.equal(one('gpt-6', {}), undefined);
      assert.equal(one('gpt-6', { 'x-goog-api-key': 'k' }), undefined);
    });
  });

  it('an empty Anthropic list', () => {
    assert.deepEqual(list({ 'anthropic-version': 'x' }, '', tableOf([])), {
      data: [],
      has_more: false,
      first_id: '',
      last_id: '',
    });
  });

  it('Codex catalogue for the query key, whatever the headers', () => {
    const { models } = list({ 'anthropic-version': 'x' }, 'a=1&client_version=');
    assert.deepEqual(models.map(({ slug }) => slug).sort(), [...ALL_IDS].sort());
    const entry = models[0] ?? {};
    assert.deepEqual(
      [
        entry['slug'],
        entry['context_window'],
        entry['visibility'],
        entry['default_reasoning_level'],
      ],
      ['gpt-5.5', 272_000, 'list', 'medium'],
    );
    const hidden = models.filter(({ visibility }) => visibility === 'hide');
    assert.equal(hidden.length, 4);
    const priorities = models.map(({ priority }) => Number(priority));
    assert.deepEqual(
      priorities,
      [...priorities].sort((one, other) => one - other),
    );
    assert.equal(models.find(({ slug }) => slug === 'alpha')?.['max_context_window'], 1000);
    // A made-up text would replace the client's own instructions.
    assert.ok(models.every((each) => !('base_instructions' in each)));
  });

  describe('built-in models of a Codex account, routing.md 1.2 and 15.10', () => {
    const XHIGH = 'low medium high xhigh';
    const MAX = `${XHIGH} max`;
    /** Id, `created`, context window of the plans team and pro (0: not in the plan), efforts. */
    const rows: [id: string, created: number, team: number, pro: number, efforts: string][] = [
      ['gpt-5.6-sol', 1_783_616_400, 372_000, 921_000, MAX],
      ['gpt-5.6-terra', 1_783_616_400, 372_000, 921_000, MAX],
      ['gpt-5.6-luna', 1_783_616_400, 372_000, 921_000, MAX],
      ['gpt-5.5', 1_776_902_400, 272_000, 272_000, XHIGH],
      ['codex-auto-review', 1_776_902_400, 272_000, 272_000, XHIGH],
      ['gpt-5.4-mini', 1_773_705_600, 400_000, 400_000, XHIGH],
      ['gpt-5.4', 1_772_668_800, 1_050_000, 1_050_000, XHIGH],
      ['gpt-5.3-codex-spark', 1_770_912_000, 0, 128_000, XHIGH],
    ];
    for (const [place, plan] of (['team', 'pro'] as const).entries()) {
      const of = tableOf([account('a', { plan, excludedModels: ['gpt-image-*'] })]);
      const here = rows.filter((row) => row[2 + place] !== 0);

      it(`plan ${plan}: dates in the OpenAI form`, () => {
        const dates = list({}, '', of).data.map(({ id, created }) => [id, created]);
        assert.deepEqual(
          new Map(dates as [string, number][]),
          new Map(here.map(([id, created]) => [id, created])),
        );
      });

      it(`plan ${plan}: windows and efforts in the Codex form, in the built-in order`, () => {
        const { models } = list({}, 'client_version=0.169.0', of);
        const found = models.map((model) => [
          model['slug'],
          model['context_window'],
          (model['supported_reasoning_levels'] as { effort: string }[])
            .map(({ effort }) => effort)
            .join(' '),
        ]);
        const expected = here.map((row) => [row[0], row[2 + place], row[4]]);
        assert.deepEqual(found, expected);
      });
    }
  });

  it('Gemini form for a Gemini key', () => {
    const { models } = list({ 'x-goog-api-key': 'k' });
    assert.deepEqual(models[0], {
      name: 'models/alpha',
      displayName: 'Zulu',
      description: 'Zulu',
      inputTokenLimit: 1000,
      supportedGenerationMethods: ['generateContent'],
    });
  });
});

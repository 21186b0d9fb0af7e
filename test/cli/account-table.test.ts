import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountTable, duration, quotaText } from '../../src/cli/account-table.ts';
import { accountView } from '../../src/cli/account-view.ts';
import type { QuotaReadings, QuotaWindow } from '../../src/credentials/quota.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import type { CredentialState, ModelState } from '../../src/credentials/state.ts';
import type { TokenPayload } from '../../src/credentials/tokens.ts';
import { credentialId } from '../../src/ids.ts';
import { record } from '../providers/support.ts';
import { START_MS } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const window = (usedPercent: number, windowMinutes: number, resetInMs: number): QuotaWindow => ({
  usedPercent,
  windowMinutes,
  resetAt: START_MS + resetInMs,
  evidence: 'x-codex-primary-reset-at',
});

const quota: QuotaReadings = {
  activeLimit: 'codex',
  limits: [
    {
      name: 'codex',
      models: ['gpt-5.5'],
      primary: window(42.4, 300, 2 * HOUR + 5 * MINUTE),
      secondary: window(80, 10_080, 3 * DAY + 4 * HOUR),
      observedAt: START_MS,
      source: 'headers',
    },
  ],
  observedAt: START_MS,
};

const fine: ModelState = {
  status: 'active',
  message: '',
  unavailable: false,
  quota: { exceeded: false, reason: '', backoffLevel: 0 },
  updatedAt: START_MS,
};

const failed = (
  httpStatus: number,
  message: string,
  more: Partial<ModelState> = {},
): ModelState => ({
  ...fine,
  status: 'error',
  unavailable: true,
  nextRetryAt: START_MS + 12 * MINUTE,
  lastError: { message, httpStatus },
  ...more,
});

const account = (name: string, parts: Partial<CredentialRecord> = {}): CredentialRecord =>
  record({
    id: credentialId(`codex-${name}.json`),
    label: name,
    email: `${name}@example.com`,
    plan: 'plus',
    source: { kind: 'file', path: `/auth/codex-${name}.json`, fingerprint: '' },
    ...parts,
  });

const tokens = (parts: Partial<TokenPayload> = {}): TokenPayload => ({
  accessToken: 'A',
  refreshToken: 'R',
  idToken: '',
  accountId: '',
  apiKey: '',
  expiresAtMs: START_MS + 8 * DAY + HOUR,
  lastRefreshMs: START_MS - DAY,
  ...parts,
});

const state = (own: ModelState, models: Record<string, ModelState> = {}): CredentialState => ({
  account: own,
  models,
});

describe('durations', () => {
  for (const [ms, text] of [
    [-5, '1m'],
    [1, '1m'],
    [12 * MINUTE, '12m'],
    [HOUR - 1, '1h'],
    [2 * HOUR + 5 * MINUTE, '2h05m'],
    [5 * HOUR, '5h'],
    [7 * DAY, '7d'],
    [8 * DAY + HOUR, '8d1h'],
  ] as const) {
    it(`${ms} ms: ${text}`, () => assert.equal(duration(ms), text));
  }
});

describe('quota', () => {
  it('names windows, use and reset', () => {
    assert.equal(quotaText(quota, START_MS), '5h 42% (resets in 2h05m), 7d 80% (resets in 3d4h)');
  });

  it('is fresh after a reset; other limits are named; nothing known is a dash', () => {
    const [first] = quota.limits;
    assert.ok(first);
    const limits = [first, { ...first, name: 'codex-other', secondary: undefined }];
    assert.equal(
      quotaText({ ...quota, limits }, START_MS + 3 * HOUR),
      '5h 0%, 7d 80% (resets in 3d1h); codex-other: 5h 0%',
    );
    assert.equal(quotaText(undefined, START_MS), '-');
  });
});

describe('table of accounts', () => {
  it('one line an account, its last error below it', () => {
    const cooling = failed(429, '', {
      quota: {
        exceeded: true,
        reason: 'credential_quota',
        nextRecoverAt: START_MS + HOUR,
        backoffLevel: 1,
      },
      lastError: {
        message: 'usage limit\nreached',
        httpStatus: 429,
        evidence: 'error.resets_at',
      },
    });
    const views = [
      accountView(account('ann'), { ...state(fine), quota }, tokens(), START_MS),
      accountView(account('ben'), state(cooling), tokens({ expiresAtMs: START_MS }), START_MS),
      accountView(
        account('eve'),
        state(fine, { 'gpt-5.5': failed(503, 'busy'), 'gpt-5.4': fine }),
        tokens({ expiresAtMs: undefined }),
        START_MS,
      ),
      accountView(account('off', { disabled: true }), undefined, tokens(), START_MS),
      accountView(
        account('key', {
          kind: 'apikey',
          email: undefined,
          plan: undefined,
          label: 'codex-apikey',
          source: { kind: 'config', section: 'codex-api-key', index: 2, apiKey: 'secret-key' },
        }),
        undefined,
        undefined,
        START_MS,
      ),
    ];
    const lines = accountTable(views, START_MS);
    const used = '5h 42% (resets in 2h05m), 7d 80% (resets in 3d4h)';
    const of = (name: string, ...cells: string[]): string[] => [
      `${name}@example.com`,
      'codex',
      'plus',
      ...cells,
      `codex-${name}.json`,
    ];
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/)),
      [
        ['ACCOUNT', 'PROVIDER', 'PLAN', 'STATE', 'QUOTA USED', 'TOKEN', 'SOURCE'],
        of('ann', 'ready', used, 'ends in 8d1h'),
        of('ben', 'cooling for 1h', '-', 'ended'),
        ['', 'last error 429: usage limit reached (error.resets_at)'],
        of('eve', 'limited for 12m: gpt-5.5', '-', '-'),
        ['', 'last error 503: busy'],
        of('off', 'disabled', '-', 'ends in 8d1h'),
        ['codex-apikey', 'codex', '-', 'ready', '-', '-', 'codex-api-key[2]'],
      ],
    );
    const sources = [1, 2, 4, 6, 7].map((at) => lines[at]?.lastIndexOf('codex-'));
    assert.deepEqual(
      sources,
      sources.map(() => lines[0]?.indexOf('SOURCE')),
    );
    assert.doesNotMatch(JSON.stringify(views), /secret-key/);
  });

  const LOGIN: [
    name: string,
    state: CredentialState | undefined,
    tokens: TokenPayload,
    needed: boolean,
  ][] = [
    ['refused since its last tokens', state(failed(401, 'expired')), tokens(), true],
    ['refused for a model', state(fine, { m: failed(401, 'expired') }), tokens(), true],
    [
      'refused before its last tokens',
      state(failed(401, 'expired')),
      tokens({ lastRefreshMs: START_MS + 1 }),
      false,
    ],
    ['another error', state(failed(403, 'no')), tokens(), false],
    [
      'ended, no refresh token',
      undefined,
      tokens({ expiresAtMs: START_MS, refreshToken: '' }),
      true,
    ],
    ['ended, to be refreshed', undefined, tokens({ expiresAtMs: START_MS }), false],
    ['never refreshed', undefined, tokens({ accessToken: '' }), false],
  ];
  for (const [name, known, held, needed] of LOGIN) {
    it(`${name}: ${needed ? 'a login is needed' : 'no login is needed'}`, () => {
      const view = accountView(account('ann'), known, held, START_MS);
      assert.equal(view.status === 'login', needed);
      const [, line = ''] = accountTable([view], START_MS);
      assert.equal(line.includes('login needed'), needed);
    });
  }

  it('a disabled account needs no login', () => {
    const view = accountView(
      account('a', { disabled: true }),
      state(failed(401, 'x')),
      tokens(),
      START_MS,
    );
    assert.equal(view.status, 'disabled');
  });
});

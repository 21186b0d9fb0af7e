/**
 * The login services of OpenAI and Anthropic on a real socket: give codes for the page they would
 * show, and change each code into tokens once, if the proof key fits. Tests replace single answers.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { idToken } from '../credentials/support.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamExchange,
  type UpstreamHandler,
} from './fake-upstream.ts';
import type { Cleanup } from './temp.ts';

/** Who logs in. */
export interface Person {
  email: string;
  accountId: string;
  plan: string;
  /** Of an Anthropic account. */
  organization?: { uuid: string; name: string };
}

export const ANN: Person = { email: 'ann@example.com', accountId: 'acct-1234', plan: 'plus' };
export const BEN: Person = { email: 'ben@example.com', accountId: 'acct-5678', plan: 'team' };

/** Paths of the service. */
export const TOKEN_PATH = '/oauth/token';
export const CODE_PATH = '/api/accounts/deviceauth/usercode';
export const POLL_PATH = '/api/accounts/deviceauth/token';

/** Paths of Anthropic's. */
export const CLAUDE_TOKEN_PATH = '/v1/oauth/token';
export const PROFILE_PATH = '/api/oauth/profile';

interface Issued {
  person: Person;
  challenge: string;
  /** That the page was opened with. */
  state: string;
}

export class FakeAuth {
  readonly server: FakeUpstream;
  /** Environment that leads to this service. */
  readonly env: Record<string, string>;
  /** Answers that differ from the service's own, by path. */
  readonly answers = new Map<string, UpstreamHandler>();
  /** Person who logs in by device; undefined: nobody has entered the code yet. */
  deviceUser: Person | undefined;
  readonly #codes = new Map<string, Issued>();
  /** Whose the access tokens of Anthropic accounts are. */
  readonly #bearers = new Map<string, Person>();
  #count = 0;

  constructor(server: FakeUpstream) {
    this.server = server;
    this.env = {
      SWITCHYARD_CODEX_AUTH_URL: server.origin,
      SWITCHYARD_CLAUDE_AUTH_URL: server.origin,
    };
    server.handler = (call) => (this.answers.get(call.request.path) ?? this.#serve)(call);
  }

  /** The person logs in on the page; gives the address that the browser is sent to. */
  approve(page: string, person: Person): URL {
    const asked = new URL(page).searchParams;
    const target = new URL(asked.get('redirect_uri') ?? '');
    const state = asked.get('state') ?? '';
    const code = this.#issue(person, asked.get('code_challenge') ?? '', state);
    target.search = new URLSearchParams({ code, state }).toString();
    return target;
  }

  /** Forms that reached the token endpoint. */
  forms(): Record<string, string>[] {
    return this.server.requests
      .filter(({ path }) => path === TOKEN_PATH)
      .map(({ body }) => Object.fromEntries(new URLSearchParams(body.toString())));
  }

  /** Bodies that reached Anthropic's token endpoint. */
  claudeExchanges(): Record<string, unknown>[] {
    return this.server.requests
      .filter(({ path }) => path === CLAUDE_TOKEN_PATH)
      .map((request) => request.json() as Record<string, unknown>);
  }

  /** Questions whether the code was entered. */
  polls(): number {
    return this.server.requests.filter(({ path }) => path === POLL_PATH).length;
  }

  #issue(person: Person, challenge: string, state = ''): string {
    const code = `code-${(this.#count += 1)}`;
    this.#codes.set(code, { person, challenge, state });
    return code;
  }

  #serve = (call: UpstreamExchange): void => {
    switch (call.request.path) {
      case TOKEN_PATH:
        return this.#exchange(call);
      case CLAUDE_TOKEN_PATH:
        return this.#exchangeClaude(call);
      case PROFILE_PATH:
        return this.#profile(call);
      case CODE_PATH:
        assert.deepEqual(call.request.json(), { client_id: 'app_EMoamEEZ73f0CkXaXp7hrann' });
        return call.json(200, { device_auth_id: 'd1', user_code: 'ABCD-EFGH', interval: '5' });
      case POLL_PATH:
        return this.#poll(call);
      default:
        call.json(404, { error: 'not_found' });
    }
  };

  #poll(call: UpstreamExchange): void {
    assert.deepEqual(call.request.json(), { device_auth_id: 'd1', user_code: 'ABCD-EFGH' });
    if (this.deviceUser === undefined) return call.json(403, { error: 'authorization_pending' });
    const challenge = challengeOf('device-verifier');
    call.json(200, {
      authorization_code: this.#issue(this.deviceUser, challenge),
      code_verifier: 'device-verifier',
      code_challenge: challenge,
    });
  }

  /** A code is good once, and for who holds the other half of the proof key. */
  #redeem(code: string, verifier: string): Issued | undefined {
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    return issued?.challenge === challengeOf(verifier) ? issued : undefined;
  }

  #exchangeClaude(call: UpstreamExchange): void {
    assert.equal(call.request.headers['content-type'], 'application/json');
    const sent = call.request.json() as Record<string, string>;
    const { code = '', code_verifier: verifier = '', state } = sent;
    const issued = this.#redeem(code, verifier);
    if (issued === undefined || issued.state !== state) {
      const error = { type: 'invalid_grant', message: 'unknown code' };
      return call.json(400, { type: 'error', error });
    }
    const token = `sk-ant-oat01-${code}`;
    this.#bearers.set(token, issued.person);
    const { email, accountId, organization } = issued.person;
    call.json(200, {
      access_token: token,
      refresh_token: `sk-ant-ort01-${code}`,
      token_type: 'Bearer',
      expires_in: 28_800,
      account: { uuid: accountId, email_address: email },
      organization,
    });
  }

  #profile(call: UpstreamExchange): void {
    const token = call.request.headers['authorization']?.replace('Bearer ', '') ?? '';
    const person = this.#bearers.get(token);
    if (person === undefined) return call.json(401, { error: { type: 'authentication_error' } });
    const { email, accountId, organization } = person;
    call.json(200, { account: { uuid: accountId, email }, organization });
  }

  #exchange(call: UpstreamExchange): void {
    const form = new URLSearchParams(call.request.body.toString());
    const code = form.get('code') ?? '';
    const issued = this.#redeem(code, form.get('code_verifier') ?? '');
    if (issued === undefined) {
      return call.json(400, { error: 'invalid_grant', error_description: 'unknown code' });
    }
    const { email, accountId, plan } = issued.person;
    call.json(200, {
      access_token: `access-of-${code}`,
      refresh_token: `refresh-of-${code}`,
      id_token: idToken(email, accountId, plan),
      token_type: 'Bearer',
      expires_in: 864_000,
    });
  }
}

const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');

/** Starts the service; it ends with the test. */
export const startFakeAuth = async (test: Cleanup): Promise<FakeAuth> =>
  new FakeAuth(await startFakeUpstream(test));

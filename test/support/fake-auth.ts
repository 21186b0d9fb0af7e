/**
 * A login service on a real socket: gives codes for the page it would show, and changes each code
 * into tokens once, if the proof key fits. Tests replace single answers.
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
}

export const ANN: Person = { email: 'ann@example.com', accountId: 'acct-1234', plan: 'plus' };
export const BEN: Person = { email: 'ben@example.com', accountId: 'acct-5678', plan: 'team' };

/** Paths of the service. */
export const TOKEN_PATH = '/oauth/token';
export const CODE_PATH = '/api/accounts/deviceauth/usercode';
export const POLL_PATH = '/api/accounts/deviceauth/token';

interface Issued {
  person: Person;
  challenge: string;
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
  #count = 0;

  constructor(server: FakeUpstream) {
    this.server = server;
    this.env = { SWITCHYARD_CODEX_AUTH_URL: server.origin };
    server.handler = (call) => (this.answers.get(call.request.path) ?? this.#serve)(call);
  }

  /** The person logs in on the page; gives the address that the browser is sent to. */
  approve(page: string, person: Person): URL {
    const asked = new URL(page).searchParams;
    const target = new URL(asked.get('redirect_uri') ?? '');
    const code = this.#issue(person, asked.get('code_challenge') ?? '');
    target.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
    return target;
  }

  /** Forms that reached the token endpoint. */
  forms(): Record<string, string>[] {
    return this.server.requests
      .filter(({ path }) => path === TOKEN_PATH)
      .map(({ body }) => Object.fromEntries(new URLSearchParams(body.toString())));
  }

  /** Questions whether the code was entered. */
  polls(): number {
    return this.server.requests.filter(({ path }) => path === POLL_PATH).length;
  }

  #issue(person: Person, challenge: string): string {
    const code = `code-${(this.#count += 1)}`;
    this.#codes.set(code, { person, challenge });
    return code;
  }

  #serve = (call: UpstreamExchange): void => {
    switch (call.request.path) {
      case TOKEN_PATH:
        return this.#exchange(call);
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

  #exchange(call: UpstreamExchange): void {
    const form = new URLSearchParams(call.request.body.toString());
    const code = form.get('code') ?? '';
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    if (issued?.challenge !== challengeOf(form.get('code_verifier') ?? '')) {
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

/**
 * Keeps the access token of a service account: made when it is needed, used until shortly before its
 * end. The reference makes one for every request (providers.md 16, D2). Nothing is written to disk.
 */
import { parseJsonObject, readSecretText } from '../../credentials/json-file.ts';
import { serviceAccountOf } from '../../credentials/vertex-file.ts';
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import type { Log } from '../../observe/log.ts';
import {
  MAX_TOKEN_ANSWER_BYTES,
  type RefreshOutcome,
} from '../../providers/oauth/token-endpoint.ts';
import { accountTokenRequest, readAccountAnswer } from '../../providers/vertex/service-account.ts';
import { wholeAnswer } from '../../upstream/whole-answer.ts';
import type { Keeper, Token } from './keeper.ts';
import type { Caller } from '../../upstream/types.ts';
import type { KeeperClock } from './clock.ts';
import { REFRESH_DEADLINE_MS } from './refresh-call.ts';

/** A token is not used in its last minute: a turn takes time to arrive. */
export const TOKEN_MARGIN_MS = 60_000;

/** How the keeper reaches the world. */
export interface AccountRoute {
  upstream: Caller;
  clock: KeeperClock;
  readonly proxyUrl: string;
}

interface Held {
  token: Token;
  expiresAtMs: number;
}

/** Keeper of one service account's file. */
export class ServiceAccountKeeper implements Keeper {
  readonly #path: string;
  readonly #route: AccountRoute;
  readonly #log: Log;
  #held: Held | undefined;
  /** All turns that wait share one exchange. */
  #pending: Promise<Token | undefined> | undefined;

  constructor(path: string, route: AccountRoute, log: Log) {
    this.#path = path;
    this.#route = route;
    this.#log = log;
  }

  current(nowMs: number): Token | undefined {
    const held = this.#held;
    return held !== undefined && held.expiresAtMs - TOKEN_MARGIN_MS > nowMs
      ? held.token
      : undefined;
  }

  /**
   * @throws SwitchyardError `credential_file_failed`, or `token_refresh_failed` with status 503 when
   * another try may succeed
   */
  obtain(): Promise<Token | undefined> {
    const current = this.current(this.#route.clock.now());
    if (current !== undefined) return Promise.resolve(current);
    this.#pending ??= this.#exchange().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Never rejects: a failed exchange leaves the upstream's refusal as the answer. */
  async renew(refused: string): Promise<Token | undefined> {
    if (this.#held?.token.token === refused) this.#held = undefined;
    try {
      return await this.obtain();
    } catch (thrown) {
      this.#log.warn({ err: toSwitchyardError(thrown) }, 'no new access token');
      return undefined;
    }
  }

  close(): void {
    this.#held = undefined;
  }

  async #exchange(): Promise<Token | undefined> {
    const outcome = await this.#ask();
    if (outcome.kind === 'renewed' && outcome.fields.accessToken !== undefined) {
      const { accessToken, expiresAtMs = 0 } = outcome.fields;
      const token = { token: accessToken, accountId: undefined };
      this.#held = { token, expiresAtMs };
      return token;
    }
    const reason = outcome.kind === 'renewed' ? 'no access token' : outcome.message;
    this.#log.warn({ reason }, 'the service account got no access token');
    if (outcome.kind === 'login') return undefined;
    const message = `the service account got no access token: ${reason}`;
    throw new SwitchyardError('token_refresh_failed', { status: 503, message });
  }

  async #ask(): Promise<RefreshOutcome> {
    const account = serviceAccountOf(parseJsonObject(await readSecretText(this.#path), this.#path));
    if (account === undefined) return { kind: 'login', message: 'the file has no private key' };
    if (!URL.canParse(account.tokenUri)) {
      return { kind: 'login', message: 'token_uri is not a URL' };
    }
    const { clock, upstream, proxyUrl } = this.#route;
    let request;
    try {
      request = accountTokenRequest(account, proxyUrl, clock.now());
    } catch (thrown) {
      return { kind: 'login', message: toSwitchyardError(thrown).message };
    }
    try {
      const { status, body } = await wholeAnswer(upstream, request, {
        timeoutMs: REFRESH_DEADLINE_MS,
        maxBytes: MAX_TOKEN_ANSWER_BYTES,
        after: clock.after.bind(clock),
      });
      return readAccountAnswer(status, body, clock.now());
    } catch (thrown) {
      return { kind: 'failed', message: toSwitchyardError(thrown).message };
    }
  }
}

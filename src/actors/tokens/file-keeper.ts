/**
 * Keeps the token of one OAuth file: reads it, refreshes it ahead of its end, and renews it when the
 * upstream refuses it. What happens to the file itself is token-file.ts's part.
 */
import { SwitchyardError, toSwitchyardError } from '../../errors.ts';
import type { CredentialRecord } from '../../credentials/record.ts';
import type { TokenPayload } from '../../credentials/tokens.ts';
import type { Log } from '../../observe/log.ts';
import type { Keeper, Token } from './keeper.ts';
import type { RefreshOutcome } from '../../providers/oauth/token-endpoint.ts';
import { refreshTokens, type RefreshRoute } from './refresh-call.ts';
import {
  FAILURE_PAUSE_MS,
  isFresh,
  LOGIN_POLL_MS,
  MIN_GAP_MS,
  refreshDue,
  SAVE_RETRY_MS,
  sleepUntil,
} from './schedule.ts';
import {
  openTokenFile,
  releaseTokenFile,
  type RefreshResult,
  type TokenFile,
} from './token-file.ts';

/** Keeper of one OAuth file. */
export class FileKeeper implements Keeper {
  readonly #record: CredentialRecord;
  readonly #route: RefreshRoute;
  readonly #log: Log;
  readonly #onNewToken: () => void;
  readonly #file: TokenFile;
  #cancelTimer: (() => void) | undefined;
  #closed = false;
  /** The last one that was logged. */
  #saveError: SwitchyardError | undefined;

  /** `onNewToken`: the account has another access token than before; earlier refusals are void. */
  constructor(
    record: CredentialRecord,
    path: string,
    route: RefreshRoute,
    log: Log,
    onNewToken: () => void,
  ) {
    this.#record = record;
    this.#route = route;
    this.#log = log.child({ account: record.handle });
    this.#onNewToken = onNewToken;
    this.#file = openTokenFile(path);
    if (!record.disabled) void this.#look(false);
  }

  current(nowMs: number): Token | undefined {
    const payload = this.#file.payload;
    return payload !== undefined && isUsable(payload, nowMs) ? tokenOf(payload) : undefined;
  }

  /**
   * @throws SwitchyardError `credential_file_failed`, or `token_refresh_failed` when another try may
   * succeed: with status 429 and the time until then where the service names it, else with 503
   */
  async obtain(): Promise<Token | undefined> {
    return this.#following(async () => {
      const payload = await this.#file.read();
      const hasToken = payload.accessToken !== '';
      if (isUsable(payload, this.#now())) return tokenOf(payload);
      // Nothing can be done about its age: the upstream decides.
      if (payload.refreshToken === '' && hasToken) return tokenOf(payload);
      const result = await this.#refresh(payload.accessToken);
      if (result.kind === 'tokens') return tokenOf(result.payload);
      if (hasToken && (payload.expiresAtMs ?? Infinity) > this.#now()) return tokenOf(payload);
      if (result.kind === 'login') return undefined;
      throw this.#refreshFailed(result);
    });
  }

  #refreshFailed(result: { message: string; blockedUntilMs?: number }): SwitchyardError {
    const { blockedUntilMs } = result;
    const message = `the access token could not be refreshed: ${result.message}`;
    if (blockedUntilMs === undefined) {
      return new SwitchyardError('token_refresh_failed', { status: 503, message });
    }
    const retryAfterMs = Math.max(blockedUntilMs - this.#now(), 0);
    return new SwitchyardError('token_refresh_failed', { status: 429, message, retryAfterMs });
  }

  /** Never rejects: a failed refresh leaves the upstream's refusal as the answer (routing.md 7.3). */
  async renew(refused: string): Promise<Token | undefined> {
    const held = this.#file.payload;
    if (held !== undefined && held.accessToken !== refused && isUsable(held, this.#now())) {
      return tokenOf(held);
    }
    try {
      const result = await this.#following(() => this.#refresh(refused));
      if (result.kind !== 'tokens' || result.payload.accessToken === refused) return undefined;
      return tokenOf(result.payload);
    } catch (thrown) {
      this.#log.warn({ err: toSwitchyardError(thrown) }, 'credential file is not usable');
      return undefined;
    }
  }

  /** Takes over what is in the file now; what is due is left to the timer, which spreads it. */
  look(): void {
    if (!this.#closed && !this.#record.disabled) void this.#look(false);
  }

  /** Stops the timer. A refresh that runs goes on, so that its tokens are saved. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTimer?.();
    releaseTokenFile(this.#file);
  }

  #now(): number {
    return this.#route.clock.now();
  }

  /** Looks at the file and refreshes what is due; then sets the timer for the next look. */
  async #look(mayRefresh: boolean): Promise<void> {
    try {
      await this.#following(async () => {
        const payload = await this.#file.read();
        const due = mayRefresh && !this.#file.needsLogin && this.#dueMs(payload) <= this.#now();
        if (due && !this.#closed) await this.#refresh(payload.accessToken);
      });
    } catch (thrown) {
      this.#log.warn({ err: toSwitchyardError(thrown) }, 'credential file is not usable');
    }
    if (this.#closed) return;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#route.clock.after(this.#sleepMs(), () => void this.#look(true));
  }

  /** When the next refresh may start: its due time, but not too soon after the last one. */
  #dueMs(payload: TokenPayload): number {
    const { refreshIntervalSeconds } = this.#record;
    const interval =
      refreshIntervalSeconds === undefined ? undefined : refreshIntervalSeconds * 1000;
    const due = refreshDue(payload, interval, this.#now(), this.#route.service.leadMs);
    const failedAt = this.#file.failedAtMs;
    if (failedAt !== undefined) return Math.max(due, failedAt + FAILURE_PAUSE_MS);
    return Math.max(due, (payload.lastRefreshMs ?? -Infinity) + MIN_GAP_MS);
  }

  #sleepMs(): number {
    const payload = this.#file.payload;
    if (payload === undefined || this.#file.needsLogin) return LOGIN_POLL_MS;
    const { clock } = this.#route;
    const sleep = sleepUntil(this.#dueMs(payload), payload, clock.now(), clock.random());
    return this.#file.saveError === undefined ? sleep : Math.min(sleep, SAVE_RETRY_MS);
  }

  #refresh(stale: string): Promise<RefreshResult> {
    return this.#file.refresh(
      stale,
      (refreshToken) => this.#run(refreshToken),
      this.#route.clock.now,
    );
  }

  async #run(refreshToken: string): Promise<RefreshOutcome> {
    const outcome = await refreshTokens(this.#route, refreshToken);
    if (outcome.kind === 'renewed') this.#log.info('access token refreshed');
    else {
      const advice =
        outcome.kind === 'login' ? 'log in to this account again' : 'tried again later';
      const facts = { reason: outcome.message, advice };
      this.#log.warn(facts, 'the access token could not be refreshed');
    }
    return outcome;
  }

  #reportSaving(): void {
    const { saveError } = this.#file;
    if (saveError === this.#saveError) return;
    this.#saveError = saveError;
    if (saveError === undefined) this.#log.info('new tokens are saved');
    else this.#log.error({ err: saveError }, 'new tokens are not saved yet');
  }

  /** Does something with the file and reports a change of the access token. */
  async #following<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#file.payload?.accessToken;
    try {
      return await work();
    } finally {
      this.#reportSaving();
      const after = this.#file.payload?.accessToken;
      if (before !== undefined && before !== after && !this.#closed) this.#onNewToken();
    }
  }
}

const tokenOf = ({ accessToken, accountId }: TokenPayload): Token => ({
  token: accessToken,
  accountId: accountId === '' ? undefined : accountId,
});

const isUsable = (payload: TokenPayload, nowMs: number): boolean =>
  payload.accessToken !== '' && isFresh(payload, nowMs);

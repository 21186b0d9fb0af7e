/**
 * The tokens of one credential file as this thread knows them. It outlives its keeper while a
 * refresh runs or tokens wait to be written: a keeper is replaced when the credential's settings
 * change, and an answer with new tokens must not be lost then.
 */
import { SwitchyardError } from '../../errors.ts';
import type { RefreshOutcome } from '../../providers/oauth/token-endpoint.ts';
import {
  readTokens,
  writeTokenFields,
  type TokenFields,
  type TokenPayload,
} from '../../credentials/tokens.ts';
import { isFresh, MIN_GAP_MS } from './schedule.ts';

/** How a refresh ended, and what the file's tokens are now. */
export type RefreshResult =
  | { kind: 'tokens'; payload: TokenPayload }
  | { kind: 'login'; message: string }
  /** `blockedUntilMs`: the service takes no try before then (Unix ms). */
  | { kind: 'failed'; message: string; blockedUntilMs?: number };

/** Asks the token endpoint. */
export type RefreshRun = (refreshToken: string) => Promise<RefreshOutcome>;

/** Tokens of one file. */
export class TokenFile {
  readonly path: string;
  /** Keepers that use this object now. */
  keepers = 0;
  #payload: TokenPayload | undefined;
  /** Counts changes of `#payload` by a refresh: a read that began before one is out of date. */
  #generation = 0;
  #flight: Promise<RefreshResult> | undefined;
  /** Tokens that the disk did not take, and the refresh token that the file still holds. */
  #unsaved: { replaces: string; fields: TokenFields } | undefined;
  #saveError: SwitchyardError | undefined;
  /** The refresh token that was refused for good. */
  #refused: string | undefined;
  /** The refresh token that may be tried again only then (Unix ms), as the service said. */
  #blocked: { refreshToken: string; untilMs: number } | undefined;
  #lastEndedMs = -Infinity;
  #lastFailure: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** What was last read or received. */
  get payload(): TokenPayload | undefined {
    return this.#payload;
  }

  /** Nothing would be lost with this object. */
  get idle(): boolean {
    return this.#flight === undefined && this.#unsaved === undefined;
  }

  /** Why the newest tokens are not in the file; undefined: they are. */
  get saveError(): SwitchyardError | undefined {
    return this.#saveError;
  }

  /** Unix ms of the last refresh that failed, while it is the latest; else undefined. */
  get failedAtMs(): number | undefined {
    return this.#lastFailure === undefined ? undefined : this.#lastEndedMs;
  }

  /** No refresh can help: there is no refresh token, or it was refused. */
  get needsLogin(): boolean {
    const token = this.#payload?.refreshToken;
    return token !== undefined && (token === '' || token === this.#refused);
  }

  /** Reads the file as it is now. @throws SwitchyardError `credential_file_failed` */
  async read(): Promise<TokenPayload> {
    const generation = this.#generation;
    if (this.#unsaved !== undefined) await this.#save();
    const payload = await readTokens(this.path);
    if (generation === this.#generation) this.#payload = this.#overlaid(payload);
    return this.#payload ?? payload;
  }

  /**
   * A token other than `stale`: the file's, when another program has renewed it, else a fresh one.
   * Callers that come while a refresh runs share it.
   * @throws SwitchyardError `credential_file_failed`
   */
  refresh(stale: string, run: RefreshRun, now: () => number): Promise<RefreshResult> {
    this.#flight ??= this.#refresh(stale, run, now).finally(() => {
      this.#flight = undefined;
      if (this.keepers === 0) forget(this);
    });
    return this.#flight;
  }

  async #refresh(stale: string, run: RefreshRun, now: () => number): Promise<RefreshResult> {
    const before = await this.read();
    if (isOther(before, stale, now())) return { kind: 'tokens', payload: before };
    if (before.refreshToken === '') return login('the file has no refresh token');
    if (before.refreshToken === this.#refused) return login('the refresh token was refused');
    const blockedUntilMs = this.#blockOf(before.refreshToken);
    if (now() < (blockedUntilMs ?? this.#lastEndedMs + MIN_GAP_MS)) {
      const message = this.#lastFailure ?? 'the token was refreshed just now';
      return { kind: 'failed', message, blockedUntilMs };
    }
    const outcome = await run(before.refreshToken);
    this.#lastEndedMs = now();
    this.#lastFailure = outcome.kind === 'renewed' ? undefined : outcome.message;
    if (outcome.kind === 'renewed') return this.#renewed(before, outcome.fields);
    if (outcome.kind === 'failed') {
      const untilMs = outcome.blockedUntilMs;
      const { refreshToken } = before;
      this.#blocked = untilMs === undefined ? undefined : { refreshToken, untilMs };
      return outcome;
    }
    return this.#refusedNow(before, now());
  }

  #blockOf(refreshToken: string): number | undefined {
    return this.#blocked?.refreshToken === refreshToken ? this.#blocked.untilMs : undefined;
  }

  async #renewed(before: TokenPayload, fields: TokenFields): Promise<RefreshResult> {
    this.#generation += 1;
    this.#refused = undefined;
    this.#blocked = undefined;
    this.#unsaved = { replaces: before.refreshToken, fields };
    const payload = withFields(before, fields);
    this.#payload = payload;
    await this.#save();
    return { kind: 'tokens', payload };
  }

  /** Another program that shares the file may have spent the refresh token before us. */
  async #refusedNow(before: TokenPayload, nowMs: number): Promise<RefreshResult> {
    this.#refused = before.refreshToken;
    const again = await this.read();
    if (isOther(again, before.accessToken, nowMs)) return { kind: 'tokens', payload: again };
    return login(this.#lastFailure ?? 'the refresh token was refused');
  }

  /** Tokens in memory stay good when the disk refuses them; the next read tries again. */
  async #save(): Promise<void> {
    const waiting = this.#unsaved;
    if (waiting === undefined) return;
    try {
      const stored = await readTokens(this.path);
      if (stored.refreshToken === waiting.replaces) {
        await writeTokenFields(this.path, waiting.fields);
      }
      if (this.#unsaved !== waiting) return;
      this.#unsaved = undefined;
      this.#saveError = undefined;
    } catch (thrown) {
      if (!(thrown instanceof SwitchyardError)) throw thrown;
      this.#saveError = thrown;
    }
  }

  #overlaid(payload: TokenPayload): TokenPayload {
    const waiting = this.#unsaved;
    if (waiting === undefined || payload.refreshToken !== waiting.replaces) return payload;
    return withFields(payload, waiting.fields);
  }
}

/** One object per file that a keeper uses; with unsaved tokens it stays, it is their only place. */
const files = new Map<string, TokenFile>();

/** The tokens of a file. Give them back with {@link releaseTokenFile}. */
export function openTokenFile(path: string): TokenFile {
  const file = files.get(path) ?? new TokenFile(path);
  files.set(path, file);
  file.keepers += 1;
  return file;
}

/** Ends one use of a file. */
export function releaseTokenFile(file: TokenFile): void {
  file.keepers -= 1;
  if (file.keepers === 0) forget(file);
}

function forget(file: TokenFile): void {
  if (file.idle) files.delete(file.path);
}

const login = (message: string): RefreshResult => ({ kind: 'login', message });

/** Does the payload hold a usable access token that is not `stale`? */
const isOther = (payload: TokenPayload, stale: string, nowMs: number): boolean =>
  payload.accessToken !== '' && payload.accessToken !== stale && isFresh(payload, nowMs);

/** The payload as the file will read once the fields are written. */
function withFields(payload: TokenPayload, fields: TokenFields): TokenPayload {
  return {
    ...payload,
    accessToken: fields.accessToken || payload.accessToken,
    refreshToken: fields.refreshToken || payload.refreshToken,
    idToken: fields.idToken || payload.idToken,
    accountId: fields.accountId || payload.accountId,
    expiresAtMs: fields.expiresAtMs ?? payload.expiresAtMs,
    lastRefreshMs: fields.lastRefreshMs ?? payload.lastRefreshMs,
  };
}

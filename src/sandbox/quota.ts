/**
 * The quota of a simulated account: two windows that fill with the tokens it served, as ChatGPT plans
 * have them. Told in response headers and in a WebSocket frame (codex.md 5.1). The numbers are for
 * show; only `exhaust` makes an account refuse.
 */

/** Length of the windows, minutes: five hours and a week. */
export const PRIMARY_MINUTES = 300;
export const SECONDARY_MINUTES = 10_080;

/** Tokens that fill a window; a turn of a coding client is about half a percent of the first. */
export const PRIMARY_TOKENS = 2_000_000;
export const SECONDARY_TOKENS = 12_000_000;

/** Tokens read from the cache count for a tenth. */
export const CACHED_SHARE = 10;

/** A window that is not exhausted by order never looks so. */
const MOST_SHOWN = 99;

const MINUTE_MS = 60_000;

/** One window as it is told. `resetAt`: Unix seconds. */
export interface QuotaWindow {
  usedPercent: number;
  windowMinutes: number;
  resetAt: number;
}

/** Both windows of an account. */
export interface Quota {
  primary: QuotaWindow;
  secondary: QuotaWindow;
}

/** What one account has used. Times are Unix milliseconds. */
export class QuotaMeter {
  readonly #primary = new Window(PRIMARY_MINUTES, PRIMARY_TOKENS);
  readonly #secondary = new Window(SECONDARY_MINUTES, SECONDARY_TOKENS);

  add(inputTokens: number, cachedTokens: number, nowMs: number): void {
    const tokens = inputTokens - cachedTokens + cachedTokens / CACHED_SHARE;
    for (const window of [this.#primary, this.#secondary]) window.add(tokens, nowMs);
  }

  /** `limitedUntilMs`: the account refuses until then. */
  read(limitedUntilMs: number, nowMs: number): Quota {
    const primary = this.#primary.read(nowMs);
    const full = { ...primary, usedPercent: 100, resetAt: Math.ceil(limitedUntilMs / 1000) };
    return {
      primary: limitedUntilMs > nowMs ? full : primary,
      secondary: this.#secondary.read(nowMs),
    };
  }
}

/** Begins with the first use, and anew with the first use after its end. */
class Window {
  readonly #minutes: number;
  readonly #capacity: number;
  #endsAtMs = 0;
  #tokens = 0;

  constructor(minutes: number, capacity: number) {
    this.#minutes = minutes;
    this.#capacity = capacity;
  }

  add(tokens: number, nowMs: number): void {
    if (nowMs >= this.#endsAtMs) {
      this.#endsAtMs = nowMs + this.#minutes * MINUTE_MS;
      this.#tokens = 0;
    }
    this.#tokens += tokens;
  }

  read(nowMs: number): QuotaWindow {
    const running = nowMs < this.#endsAtMs;
    const used = running ? Math.floor((this.#tokens / this.#capacity) * 100) : 0;
    const endsAtMs = running ? this.#endsAtMs : nowMs + this.#minutes * MINUTE_MS;
    return {
      usedPercent: Math.min(used, MOST_SHOWN),
      windowMinutes: this.#minutes,
      resetAt: Math.ceil(endsAtMs / 1000),
    };
  }
}

/** As response headers. */
export function quotaHeaders({ primary, secondary }: Quota): Record<string, string> {
  return {
    'x-codex-plan-type': 'sandbox',
    ...windowHeaders('primary', primary),
    ...windowHeaders('secondary', secondary),
  };
}

/** As a frame of a WebSocket. */
export function quotaFrame({ primary, secondary }: Quota): Record<string, unknown> {
  return {
    type: 'codex.rate_limits',
    plan_type: 'sandbox',
    rate_limits: { primary: windowMember(primary), secondary: windowMember(secondary) },
  };
}

function windowHeaders(slot: string, window: QuotaWindow): Record<string, string> {
  return {
    [`x-codex-${slot}-used-percent`]: String(window.usedPercent),
    [`x-codex-${slot}-window-minutes`]: String(window.windowMinutes),
    [`x-codex-${slot}-reset-at`]: String(window.resetAt),
  };
}

function windowMember(window: QuotaWindow): Record<string, number> {
  return {
    used_percent: window.usedPercent,
    window_minutes: window.windowMinutes,
    reset_at: window.resetAt,
  };
}

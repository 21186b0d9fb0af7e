/** What goes wrong at the upstream of a scenario, and which tries it strikes. No I/O. */

/** Faults. A turn of the user has several model requests; `step` counts those before one. */
export type Fault =
  /** 429 `usage_limit_reached` of Codex for the account that asks for the second answer, from then on. */
  | 'limit'
  /** The Codex socket is cut right after the first answer. */
  | 'cut'
  /** Codex upgrades are refused with 426. */
  | 'no-upgrade'
  /** The first call of a tool and the first text are cut in the middle, once each. */
  | 'break'
  /** 429 with `Retry-After` for the account that asks for the second answer, from then on. */
  | 'rate'
  /** Overloaded (529 of Anthropic, 503 of others): the account that asks for the second answer. */
  | 'overload'
  /** Every account is overloaded once when it is asked for the second answer. */
  | 'pool-overload';

/** What becomes of one try. */
export type Outcome = 'answer' | 'limit' | 'rate' | 'overload' | 'break';

/** One try that got no whole answer. */
export interface Refused {
  account: string;
  outcome: Outcome;
  step: number;
}

/** Seconds of the `Retry-After` of `rate`. */
export const RETRY_AFTER_S = 30;

/** The step at which faults begin. */
const STRUCK_STEP = 1;

/** Decides about tries in the order in which they come. */
export class FaultPlan {
  readonly refused: Refused[] = [];
  readonly #fault: Fault | undefined;
  /** Accounts that were struck. */
  readonly #struck = new Set<string>();
  readonly #broken = new Set<string>();

  constructor(fault: Fault | undefined) {
    this.#fault = fault;
  }

  /** `callsTool`: what the answer would be. */
  outcome(account: string, step: number, callsTool: boolean): Outcome {
    const outcome = this.#decide(account, step, callsTool);
    if (outcome !== 'answer') this.refused.push({ account, outcome, step });
    return outcome;
  }

  #decide(account: string, step: number, callsTool: boolean): Outcome {
    switch (this.#fault) {
      case 'break':
        return this.#firstOf(callsTool ? 'call' : 'text') ? 'break' : 'answer';
      case 'limit':
      case 'rate':
      case 'overload':
        if (this.#struck.size === 0 && step === STRUCK_STEP) this.#struck.add(account);
        return this.#struck.has(account) ? this.#fault : 'answer';
      case 'pool-overload':
        if (step !== STRUCK_STEP || this.#struck.has(account)) return 'answer';
        this.#struck.add(account);
        return 'overload';
      case 'cut':
      case 'no-upgrade':
      case undefined:
        return 'answer';
    }
  }

  #firstOf(kind: string): boolean {
    if (this.#broken.has(kind)) return false;
    this.#broken.add(kind);
    return true;
  }
}

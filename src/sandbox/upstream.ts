/** One turn of the sandbox: who asks, what shall go wrong, what is cached, what is answered. */
import { createHash } from 'node:crypto';
import { Accounts } from './accounts.ts';
import {
  commandIn,
  isRefusal,
  type BrokenOff,
  type Command,
  type Fault,
  type Refusal,
} from './commands.ts';
import { composeAnswer } from './compose.ts';
import { PromptCache } from './prompt-cache.ts';
import type { Quota } from './quota.ts';
import type { SandboxRequest } from './request.ts';
import type { Answer } from './responses-wire.ts';

/** Models that the sandbox lists; it answers to every name. */
export const SANDBOX_MODELS = ['sandbox', 'sandbox-mini'] as const;

/** Who asks, and over what. */
export interface TurnOrigin {
  account: string;
  /** Value of a session header; `''` without one. */
  session: string;
  transport: 'http' | 'socket';
  /** Bytes of the body or the frame. */
  bytes: number;
  /** Items at the start of the input that the socket holds from its last turn. */
  held: number;
}

/** What becomes of a turn. */
export type Outcome =
  | { kind: 'refused'; refusal: Refusal; quota: Quota; nowMs: number }
  | {
      kind: 'answered';
      answer: Answer;
      quota: Quota;
      /** Strikes while the answer runs. */
      fault: BrokenOff | undefined;
      /** Milliseconds between two frames; 0 = all at once. */
      pauseMs: number;
    };

/** A turn that was decided, for who watches the sandbox. */
export interface ObservedTurn extends TurnOrigin {
  request: SandboxRequest;
  /** A refused turn was not worked on. */
  refused: boolean;
}

/** State and behaviour behind the server, the same for all transports. */
export class SandboxUpstream {
  readonly accounts = new Accounts();
  readonly cache = new PromptCache();
  readonly nowMs: () => number;
  readonly #onTurn: (turn: ObservedTurn) => void;
  #turns = 0;

  constructor(nowMs: () => number, onTurn: (turn: ObservedTurn) => void = () => undefined) {
    this.nowMs = nowMs;
    this.#onTurn = onTurn;
  }

  /** `GET .../models`. */
  models(): string {
    const created = Math.floor(this.nowMs() / 1000);
    const data = SANDBOX_MODELS.map((id) => ({
      id,
      object: 'model',
      created,
      owned_by: 'switchyard-sandbox',
    }));
    return JSON.stringify({ object: 'list', data });
  }

  /** Decides one turn of an account and counts it. */
  decide(origin: TurnOrigin, request: SandboxRequest): Outcome {
    const nowMs = this.nowMs();
    const command = request.warmUp ? undefined : commandIn(request.userText);
    const fault = this.#faultOf(origin.account, request, command, nowMs);
    if (fault !== undefined && isRefusal(fault)) {
      this.#onTurn({ ...origin, request, refused: true });
      const quota = this.accounts.quota(origin.account, nowMs);
      return { kind: 'refused', refusal: fault, quota, nowMs };
    }
    this.#onTurn({ ...origin, request, refused: false });
    return {
      kind: 'answered',
      answer: this.#answer(origin, request, command, nowMs),
      quota: this.accounts.quota(origin.account, nowMs),
      fault,
      pauseMs: command?.kind === 'slow' ? command.pauseMs : 0,
    };
  }

  #answer(
    { account, session, held }: TurnOrigin,
    request: SandboxRequest,
    command: Command | undefined,
    nowMs: number,
  ): Answer {
    const scope = { account, model: request.model, key: request.cacheKey ?? session };
    const reading = this.cache.read(scope, request.items, nowMs, held);
    this.accounts.served(account, reading.inputTokens, reading.cachedTokens, nowMs);
    this.#turns += 1;
    const id = `${inputHash(request).slice(0, 12)}${this.#turns.toString(16).padStart(8, '0')}`;
    const meta = { id, createdAt: Math.floor(nowMs / 1000) };
    return composeAnswer(request, command, account, reading, meta);
  }

  /** What goes wrong: the account is exhausted, a test said so, or the user did. */
  #faultOf(
    account: string,
    request: SandboxRequest,
    command: Command | undefined,
    nowMs: number,
  ): Fault | undefined {
    const limitedMs = this.accounts.admit(account, nowMs);
    if (limitedMs > 0) return { kind: 'limit', seconds: Math.ceil(limitedMs / 1000) };
    if (request.warmUp) return undefined;
    const fault = this.accounts.nextPlanned(account) ?? this.#typedFault(request, command);
    if (fault?.kind === 'limit') this.accounts.exhaust(account, nowMs + fault.seconds * 1000);
    return fault;
  }

  /** A typed fault strikes the first try of its message only, so that moving on helps. */
  #typedFault(request: SandboxRequest, command: Command | undefined): Fault | undefined {
    if (command?.kind !== 'fault' || request.toolOutput !== undefined) return undefined;
    return command.always || this.accounts.spend(inputHash(request)) ? command.fault : undefined;
  }
}

function inputHash(request: SandboxRequest): string {
  const hash = createHash('sha256').update(request.model);
  for (const item of request.items) hash.update('\0').update(item);
  return hash.digest('hex');
}

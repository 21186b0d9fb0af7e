/** One turn of the sandbox: who asks, what shall go wrong, what is cached, what is answered. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Accounts } from './accounts.ts';
import { commandIn, type Command, type Fault } from './commands.ts';
import { composeAnswer } from './compose.ts';
import { errorBody, errorTypeOf, usageLimitBody } from './errors-wire.ts';
import { PromptCache } from './prompt-cache.ts';
import { sendAnswer, sendJson } from './reply.ts';
import type { SandboxRequest } from './request.ts';

/** Models that the sandbox lists; it answers to every name. */
export const SANDBOX_MODELS = ['sandbox', 'sandbox-mini'] as const;

/** State and behaviour behind the HTTP server. */
export class SandboxUpstream {
  readonly accounts = new Accounts();
  readonly cache = new PromptCache();
  readonly #nowMs: () => number;
  #turns = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** `GET .../models`. */
  models(): string {
    const created = Math.floor(this.#nowMs() / 1000);
    const data = SANDBOX_MODELS.map((id) => ({
      id,
      object: 'model',
      created,
      owned_by: 'switchyard-sandbox',
    }));
    return JSON.stringify({ object: 'list', data });
  }

  /** Answers one turn of an account. `session`: value of a session header. */
  async serve(
    response: ServerResponse,
    account: string,
    session: string,
    request: SandboxRequest,
  ): Promise<void> {
    const nowMs = this.#nowMs();
    const limitedMs = this.accounts.admit(account, nowMs);
    if (limitedMs > 0) {
      sendJson(response, 429, usageLimitBody(Math.ceil(limitedMs / 1000), nowMs));
      return;
    }
    const command = commandIn(request.userText);
    const fault = this.accounts.nextPlanned(account) ?? this.#faultOf(request, command);
    if (fault !== undefined && this.#refuse(response, account, fault, nowMs)) return;
    const scope = { account, model: request.model, key: request.cacheKey ?? session };
    const reading = this.cache.read(scope, request.items, nowMs);
    this.accounts.served(account, reading.inputTokens, reading.cachedTokens);
    this.#turns += 1;
    const id = `${inputHash(request).slice(0, 12)}${this.#turns.toString(16).padStart(8, '0')}`;
    const meta = { id, createdAt: Math.floor(nowMs / 1000) };
    const answer = composeAnswer(request, command, account, reading, meta);
    const pauseMs = command?.kind === 'slow' ? command.pauseMs : 0;
    await sendAnswer(response, request, answer, { fault, pauseMs });
  }

  /** A typed fault strikes the first try of its message only, so that moving on helps. */
  #faultOf(request: SandboxRequest, command: Command | undefined): Fault | undefined {
    if (command?.kind !== 'fault' || request.toolOutput !== undefined) return undefined;
    return command.always || this.accounts.spend(inputHash(request)) ? command.fault : undefined;
  }

  /** Carries out a fault that comes before the answer. False: it strikes while the answer runs. */
  #refuse(response: ServerResponse, account: string, fault: Fault, nowMs: number): boolean {
    switch (fault.kind) {
      case 'limit':
        this.accounts.exhaust(account, nowMs + fault.seconds * 1000);
        sendJson(response, 429, usageLimitBody(fault.seconds, nowMs));
        return true;
      case 'status': {
        const message = `the sandbox was asked for status ${fault.status}`;
        sendJson(response, fault.status, errorBody(errorTypeOf(fault.status), message));
        return true;
      }
      case 'reset':
        response.socket?.resetAndDestroy();
        return true;
      case 'break':
      case 'stall':
      case 'failed':
        return false;
    }
  }
}

function inputHash(request: SandboxRequest): string {
  const hash = createHash('sha256').update(request.model);
  for (const item of request.items) hash.update('\0').update(item);
  return hash.digest('hex');
}

/** Shared by the tests of router and routed turn: a router over a table, requests, failures. */
import assert from 'node:assert/strict';
import { NO_SUMMARY } from '../../src/actors/turn-failure.ts';
import { NOW, tableOf } from '../routing/support.ts';
import { parse } from '../config/support.ts';
import { Router } from '../../src/front/router.ts';
import { scanObject } from '../../src/json/scan.ts';
import type { SwitchyardError } from '../../src/errors.ts';
import type { BindingChange } from '../../src/routing/bindings.ts';
import type { ClientFormat } from '../../src/formats/format.ts';
import type { CredentialId } from '../../src/ids.ts';
import type { CredentialRecord } from '../../src/credentials/record.ts';
import type { CredentialState } from '../../src/credentials/state.ts';
import type { RoutedTurn } from '../../src/front/routed-turn.ts';
import type { Target } from '../../src/front/target.ts';
import type { SocketWishes } from '../../src/front/offer-choice.ts';
import type { TurnFailure } from '../../src/turn.ts';

/** A router with what a test may turn. */
export interface Bench {
  router: Router;
  /** Live states, as the links to the hosts keep them. */
  states: Map<CredentialId, CredentialState>;
  /** Batches that were handed on. */
  batches: BindingChange[][];
}

/** What a test may choose about a request. */
export interface RequestChoices {
  model?: string;
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
  scope?: string;
  format?: ClientFormat;
  nowMs?: number;
  executionSession?: string;
  socket?: SocketWishes;
}

/** `yaml`: the config file; `random`: what the waits are spread with. */
export function bench(records: CredentialRecord[], yaml = '', random = 0): Bench {
  const states = new Map<CredentialId, CredentialState>();
  const batches: BindingChange[][] = [];
  const router = new Router({
    settings: parse(yaml),
    table: tableOf(records, yaml),
    states,
    onBindings: (changes) => batches.push(changes),
    random: () => random,
  });
  return { router, states, batches };
}

export function route({ router }: Bench, choices: RequestChoices = {}): RoutedTurn {
  const { model = 'm', format = 'openai', scope = '', nowMs = NOW, executionSession } = choices;
  const { socket } = choices;
  const content = choices.body ?? { messages: [{ role: 'user', content: 'hello' }] };
  const body = Buffer.from(JSON.stringify({ model, ...content }));
  return router.route({
    format,
    path: '/v1/chat/completions',
    headers: Object.entries(choices.headers ?? {}).flat(),
    body,
    members: scanObject(body),
    model,
    scope,
    executionSession,
    ...(socket !== undefined && { socket }),
    nowMs,
  });
}

/** The credential to try next; fails the test for any other step. */
export function tried(turn: RoutedTurn, nowMs = NOW): Target {
  const step = turn.next(nowMs);
  assert.equal(step.do, 'try');
  return step.do === 'try' ? step.target : assert.fail();
}

/** The answer of a turn that nobody serves. */
export function refused(turn: RoutedTurn, nowMs = NOW): SwitchyardError | TurnFailure {
  const step = turn.next(nowMs);
  assert.equal(step.do, 'fail');
  return step.do === 'fail' ? step.failure : assert.fail();
}

/** Routes, succeeds at once and tells who served. */
export function served(on: Bench, choices: RequestChoices = {}): string {
  const turn = route(on, choices);
  const target = tried(turn, choices.nowMs);
  turn.succeeded(choices.nowMs ?? NOW);
  return target.credential;
}

/** A failure as actors report it. */
export function failure(status: number, changes: Partial<TurnFailure> = {}): TurnFailure {
  return {
    code: 'upstream_error',
    status,
    message: `failed with ${status}`,
    body: null,
    headers: [],
    retryAfterMs: null,
    verdict: 'next',
    neutral: false,
    summary: NO_SUMMARY,
    ...changes,
  };
}

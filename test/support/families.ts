/**
 * The families of upstreams side by side: how a pool of each is configured, and what its scripted
 * upstream says for the same turn. Usage is the same everywhere: 120 tokens in, of which 100 come
 * from the cache, and 30 out, of which 12 are thoughts where the family tells them.
 */
import {
  CLAUDE_SIGNATURE,
  claudeError,
  claudeObject,
  claudeSse,
  claudeTurn,
  type Block,
  type ClaudeAnswer,
} from './claude-wire.ts';
import { googleError, googleObject, googleSse, googleTurn } from './google-wire.ts';
import { codexKeys } from './proxy.ts';
import { chatObject, chatSse, chatTurn, responsesSse, responsesTurn } from './turns.ts';
import type { UpstreamExchange } from './fake-upstream.ts';
import type { TurnOptions } from './turns.ts';

type Json = Record<string, unknown>;

/** The upstream's own name of a model that clients call otherwise. */
export type Rename = (model: string) => string;

/** One family of upstreams. */
export interface Family {
  /** Part of a configuration: `count` accounts on one upstream, with these models. */
  pool(origin: string, count: number, models: readonly string[], rename?: Rename): Json;
  /** A model that the family really has. */
  model: string;
  /** SSE text of a whole turn. */
  stream(turn?: TurnOptions): string;
  /** JSON of a whole turn; none: the family only streams to a proxy. */
  whole?: (turn?: TurnOptions) => Json;
  /** An error body. */
  error(status: number, message: string): Json;
  /** Which account asked, `key-0` and so on. */
  account(call: UpstreamExchange): string;
}

const bearer = ({ request }: UpstreamExchange): string =>
  (request.headers['authorization'] ?? '').replace('Bearer ', '');

const keyNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `key-${String(index)}`);

const named = (models: readonly string[], rename: Rename = (model) => model): Json[] =>
  models.map((alias) => ({ name: rename(alias), alias }));

const openAiError = (status: number, message: string): Json => ({
  error: { message, type: ERROR_TYPES[status] ?? 'server_error', code: null },
});

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
};

const GOOGLE_WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
};

/** All families by name. */
export const FAMILIES = {
  chat: {
    model: 'big-1',
    pool: (origin, count, models, rename) => ({
      'openai-compatibility': [
        {
          name: 'acme',
          'base-url': `${origin}/v1`,
          'api-key-entries': keyNames(count).map((key) => ({ 'api-key': key })),
          models: named(models, rename),
        },
      ],
    }),
    stream: (turn) => chatSse(chatTurn(turn)),
    whole: chatObject,
    error: openAiError,
    account: bearer,
  },
  codex: {
    model: 'gpt-5.5',
    pool: (origin, count, models, rename) => ({
      'codex-api-key': codexKeys(origin, count).map((key) => ({
        ...key,
        models: named(models, rename),
      })),
    }),
    stream: (turn) => responsesSse(responsesTurn(turn)),
    error: openAiError,
    account: bearer,
  },
  claude: {
    model: 'claude-opus-4-6',
    pool: (origin, count, models, rename) => ({
      'claude-api-key': keyNames(count).map((key) => ({
        'api-key': key,
        'base-url': origin,
        models: named(models, rename),
      })),
    }),
    stream: (turn) => claudeSse(claudeTurn(claudeAnswer(turn))),
    whole: (turn) => claudeObject(claudeAnswer(turn)),
    error: (status, message) => claudeError(ERROR_TYPES[status] ?? 'api_error', message),
    account: bearer,
  },
  gemini: {
    model: 'gemini-2.5-pro',
    pool: (origin, count, models, rename) => ({
      'gemini-api-key': keyNames(count).map((key) => ({
        'api-key': key,
        'base-url': origin,
        models: named(models, rename),
      })),
    }),
    stream: (turn) => googleSse(googleTurn(turn)),
    whole: googleObject,
    error: (status, message) => googleError(status, GOOGLE_WORDS[status] ?? 'UNKNOWN', message),
    account: ({ request }) => request.headers['x-goog-api-key'] ?? '',
  },
} satisfies Record<string, Family>;

/** Name of a family. */
export type FamilyName = keyof typeof FAMILIES;

/** Its name and the family, for tests of each. */
export const EACH_FAMILY = Object.entries(FAMILIES) as [FamilyName, Family][];

/** Answers a request of the family with a whole turn, streamed or not as it asks, or with a count. */
export function answerTurn(family: Family, call: UpstreamExchange, turn: TurnOptions = {}): void {
  const { path, body } = call.request;
  if (/count_?tokens/i.test(path)) {
    const tokens = Math.ceil(body.length / 4);
    call.json(200, path.includes('count_') ? { input_tokens: tokens } : { totalTokens: tokens });
    return;
  }
  const streams = path.includes(':streamGenerateContent') || call.request.json()['stream'] === true;
  if (streams || family.whole === undefined) call.sse(family.stream(turn));
  else call.json(200, family.whole(turn));
}

/** The model that a request of any family names. */
export const modelAsked = ({ request }: UpstreamExchange): string =>
  /\/models\/([^/:]+):/.exec(request.path)?.[1] ?? String(request.json()['model']);

function claudeAnswer({ id = '77', text, toolCall, reasoning }: TurnOptions = {}): ClaudeAnswer {
  const words = text ?? (toolCall === undefined ? 'Hello from upstream' : '');
  const content: Block[] =
    reasoning === undefined
      ? []
      : [{ type: 'thinking', thinking: reasoning, signature: CLAUDE_SIGNATURE }];
  if (words !== '') content.push({ type: 'text', text: words });
  if (toolCall === undefined) return { id: `msg_${id}`, content, stopReason: 'end_turn' };
  const { callId, name, arguments: args } = toolCall;
  content.push({ type: 'tool_use', id: callId, name, input: JSON.parse(args) as Json });
  return { id: `msg_${id}`, content, stopReason: 'tool_use' };
}

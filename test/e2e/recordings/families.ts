/**
 * The upstream families of the recordings: each a fake upstream on real sockets behind a pool of two
 * credentials, and what its requests may look like.
 */
import type { Cleanup } from '../../support/temp.ts';
import { CLAUDE_SIGNATURE } from '../../support/claude-wire.ts';
import { answerTurn, FAMILIES as WIRES, type FamilyName } from '../../support/families.ts';
import { startFakeSocketUpstream } from '../../support/fake-socket-upstream.ts';
import { startFakeUpstream, type UpstreamExchange } from '../../support/fake-upstream.ts';
import type { FakeSocketTurn } from '../../support/fake-socket.ts';
import { SIGNATURE } from '../../support/google-wire.ts';
import { ENCRYPTED_REASONING } from '../../support/reasoning.ts';
import type { TurnOptions } from '../../support/turns.ts';
import type { Json } from './forms/text.ts';
import type { Form } from './said.ts';

/** A request as a family got it. */
export interface Received {
  /** Key of the credential that sent it. */
  account: string;
  path: string;
  headers: Record<string, string>;
  /** Text of the body, or of the frame. */
  raw: string;
  /** The body with the whole conversation, also where only its end travelled. */
  body: Json;
  /** How it came; `increment`: over a socket that knew its beginning. */
  via: 'http' | 'socket' | 'increment';
}

/** A fake upstream that answers every request with the reply that was put in. */
export interface FamilyUpstream {
  readonly origin: string;
  readonly received: Received[];
  /** `undefined`: refuses with a 400. */
  reply: TurnOptions | undefined;
}

export interface Family {
  name: string;
  /** Wire form of its bodies. */
  form: Form;
  /** The model asked for, when the client names `model`. */
  modelFor(model: string): string;
  /** Configuration of two credentials that serve these models. */
  pool(origin: string, models: readonly string[]): Json;
  start(test: Cleanup): Promise<FamilyUpstream>;
  path: RegExp;
  /** Every header that may be sent. */
  headers: RegExp;
  /** Proof of its reasoning, and the clients whose form has a place for it; undefined: none. */
  proof?: { text: string; reaches: readonly Form[]; callsOnly?: true };
}

const COMMON = 'host|connection|content-type|content-length|transfer-encoding|accept|user-agent';
const headersOf = (...more: string[]): RegExp => new RegExp(`^(${[COMMON, ...more].join('|')})$`);
const CODEX_HEADERS =
  'authorization|session-id|thread-id|originator|version|x-codex-[a-z-]+|x-client-request-id';

type Answer = (call: UpstreamExchange, reply: TurnOptions) => void;

/** What the families over HTTP have in common. */
function overHttp(
  wire: FamilyName,
  modelFor: Family['modelFor'],
  answer: Answer = (call, reply) => answerTurn(WIRES[wire], call, reply),
): Pick<Family, 'modelFor' | 'pool' | 'start'> {
  const { account, error, pool } = WIRES[wire];
  return {
    modelFor,
    pool: (origin, models) => pool(origin, 2, models, modelFor),
    async start(test) {
      const upstream = await startFakeUpstream(test, (call) => {
        const { path, headers, body } = call.request;
        const [raw, json] = [body.toString('utf8'), call.request.json()];
        received.push({ account: account(call), path, headers, raw, body: json, via: 'http' });
        if (family.reply === undefined) call.json(400, error(400, 'not like this'));
        else answer(call, { id: String(call.request.index), ...family.reply });
      });
      const received: Received[] = [];
      const family: FamilyUpstream = { origin: upstream.origin, received, reply: undefined };
      return family;
    },
  };
}

const chat: Family = {
  ...overHttp('chat', (model) => `vendor/${model}`),
  name: 'a chat upstream',
  form: 'chat',
  path: /^\/v1\/chat\/completions$/,
  headers: headersOf('authorization', 'cache-control'),
};

/** Codex models know the names of functions in two parts. */
const inNamespaces = (json: string): string =>
  json.replace(/"name":"([a-z0-9_]+?)__([a-z_]+)"/g, '"name":"$2","namespace":"$1"');

const codex: Family = {
  ...overHttp(
    'codex',
    (model) => (model.startsWith('gpt') ? model : 'gpt-5.5'),
    (call, reply) => call.sse(inNamespaces(WIRES.codex.stream(reply))),
  ),
  name: 'Codex over HTTP',
  form: 'responses',
  path: /^\/v1\/responses$/,
  headers: headersOf(CODEX_HEADERS),
  proof: { text: ENCRYPTED_REASONING, reaches: ['responses', 'claude', 'gemini'] },
};

const codexSockets: Family = {
  ...codex,
  name: 'Codex over warm WebSockets',
  pool(origin, models) {
    const keys = codex.pool(origin, models)['codex-api-key'] as Json[];
    return { 'codex-api-key': keys.map((key) => ({ ...key, websockets: true })) };
  },
  start: startSockets,
  headers: headersOf(
    CODEX_HEADERS,
    'openai-beta|session_id|conversation_id|upgrade|sec-websocket-[a-z]+',
  ),
};

async function startSockets(test: Cleanup): Promise<FamilyUpstream> {
  const received: Received[] = [];
  /** What the model had read and said when an answer ended. */
  const known = new Map<unknown, unknown[]>();
  const receive = (turn: FakeSocketTurn): unknown[] => {
    const { headers, path } = turn.socket.handshake;
    const previous = turn.frame['previous_response_id'];
    const input = [...(known.get(previous) ?? []), ...turn.input];
    received.push({
      account: (headers['authorization'] ?? '').replace('Bearer ', ''),
      path,
      headers,
      raw: turn.raw.toString('utf8'),
      body: { ...turn.frame, input },
      via: previous === undefined ? 'socket' : 'increment',
    });
    return input;
  };
  const upstream = await startFakeSocketUpstream(test, {
    onTurn(turn) {
      const input = receive(turn);
      if (family.reply === undefined) {
        turn.fail({ type: 'error', status: 400, ...WIRES.codex.error(400, 'not like this') });
        return;
      }
      const events = JSON.parse(inNamespaces(JSON.stringify(turn.events(family.reply)))) as Json[];
      const { output } = events.at(-1)?.['response'] as { output: Json[] };
      known.set(turn.id, [...input, ...output]);
      for (const event of events) turn.event(event);
    },
  });
  const family: FamilyUpstream = { origin: upstream.origin, received, reply: undefined };
  return family;
}

const claude: Family = {
  ...overHttp('claude', (model) => (model.startsWith('claude') ? model : 'claude-sonnet-4-5')),
  name: 'Anthropic',
  form: 'claude',
  path: /^\/v1\/messages\?beta=true$/,
  headers: headersOf('authorization', 'anthropic-version', 'anthropic-beta'),
  proof: { text: CLAUDE_SIGNATURE, reaches: ['responses', 'claude', 'gemini'] },
};

const google: Family = {
  ...overHttp('gemini', (model) => (model.startsWith('gemini') ? model : 'gemini-2.5-pro')),
  name: 'Google',
  form: 'gemini',
  path: /^\/v1beta\/models\/gemini-2\.5-pro:(generateContent|streamGenerateContent\?alt=sse)$/,
  headers: headersOf('x-goog-api-key'),
  proof: { text: SIGNATURE, reaches: ['chat', 'responses', 'claude', 'gemini'], callsOnly: true },
};

export const FAMILIES: readonly Family[] = [chat, codex, codexSockets, claude, google];

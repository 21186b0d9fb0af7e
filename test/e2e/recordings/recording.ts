/** The turns of a recording, and what the upstream has to answer so that they fit together. */
import { bodyText, headerOf, loadFixture, type RecordedStep } from '../../support/fixtures.ts';
import { continues, saidIn, type Form, type Said } from './said.ts';
import type { Json } from './forms/text.ts';
import type { TurnOptions } from '../../support/turns.ts';

/** One recorded request for an answer. */
export interface Turn {
  step: RecordedStep;
  form: Form;
  body: Json;
  said: Said;
  streams: boolean;
  /** Model as the client names it. */
  model: string;
  /** The client's name for the conversation; undefined: it says none. */
  session: string | undefined;
  /** Its name for a sub-agent that shares the session. */
  agent: string | undefined;
  /** `undefined`: the recorded upstream refused this one with a 400. */
  reply: TurnOptions | undefined;
}

const FORMS: readonly [path: RegExp, form: Form][] = [
  [/^\/v1\/chat\/completions$/, 'chat'],
  [/^(\/v1|\/backend-api\/codex)\/responses$/, 'responses'],
  [/^\/v1\/messages(\?beta=true)?$/, 'claude'],
  [/^\/v1(beta)?\/models\/[^/]+:(streamG|g)enerateContent(\?alt=sse)?$/, 'gemini'],
];

/** HTTP turns on the routes that are served; none for recordings of other kinds. */
export function turnsOf(name: string): Turn[] {
  const turns = loadFixture(name).requests.flatMap((step) => {
    const form = FORMS.find(([path]) => path.test(step.path))?.[1];
    const asks = step.transport === 'http' && step.method === 'POST';
    return form === undefined || !asks ? [] : [turnOf(step, form)];
  });
  return turns.map((turn, index) => ({ ...turn, reply: replyTo(turn, turns.slice(index + 1)) }));
}

/** Bytes as they were on the wire, before any compression. */
export const bytesOf = ({ step }: Turn): Buffer => Buffer.from(bodyText(step));

/** One step as a turn; what is answered is not decided yet. */
export function turnOf(step: RecordedStep, form: Form): Turn {
  const body = step.body ?? {};
  const fromPath = /\/models\/([^/]+):/.exec(step.path)?.[1];
  return {
    step,
    form,
    body,
    said: saidIn(form, body),
    streams: body['stream'] === true || step.path.includes(':stream'),
    model: fromPath ?? String(body['model']),
    session: sessionOf(step),
    agent: headerOf(step, 'x-claude-code-agent-id'),
    reply: undefined,
  };
}

const SESSION_HEADERS = ['x-claude-code-session-id', 'session-id', 'session_id', 'x-session-id'];
const SESSION_INSIDE = /(?:session_id":"|_session_)([0-9a-f-]{36})/;

/** What a client says about its session (clients.md 4.1); sub-agents may say their parent's. */
function sessionOf(step: RecordedStep): string | undefined {
  const { body = {} } = step;
  const header = SESSION_HEADERS.map((name) => headerOf(step, name)).find(Boolean);
  const { user_id: userId } = (body['metadata'] ?? {}) as { user_id?: string };
  const inside = SESSION_INSIDE.exec(userId ?? '')?.[1] ?? userId;
  return header ?? (body['prompt_cache_key'] as string | undefined) ?? inside;
}

/**
 * What the client has in its next turn, ids included: then later turns go on with this very answer.
 */
function replyTo(turn: Turn, later: readonly Turn[]): TurnOptions | undefined {
  const { phase, fault } = turn.step.reply ?? {};
  if (fault === 'status') return undefined;
  const reasoning = '**Looking at the probe**';
  if (phase === 'side') return { reasoning, text: 'A probe' };
  const next = later.find(({ said }) => continues(turn.said, said));
  const entry = next?.said.entries[turn.said.entries.length];
  if (phase === 'first') {
    const [name = ''] = turn.said.tools;
    const call = entry?.kind === 'call' ? entry : { id: 'call_unseen', name, input: { path: 'p' } };
    const { id: callId, name: called, input } = call;
    return { reasoning, toolCall: { callId, name: called, arguments: JSON.stringify(input) } };
  }
  const last = turn.said.entries.at(-1);
  const told = [entry, last].map((one) => (one === undefined || !('text' in one) ? '' : one.text));
  const nonce = /(?:FINAL_OK|PROBE:)([0-9a-f]{12}|turn\d|none)/.exec(told.join(' '))?.[1];
  return { reasoning, text: `FINAL_OK ${nonce ?? ''}` };
}

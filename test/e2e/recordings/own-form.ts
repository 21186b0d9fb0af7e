/** Upstreams that speak the client's own form: what they get is what the client wrote. */
import assert from 'node:assert/strict';
import { headerOf } from '../../support/fixtures.ts';
import type { Received } from './families.ts';
import type { Json } from './forms/text.ts';
import type { Turn } from './recording.ts';
import { promptItems, promptSettings } from './prompt.ts';
import type { Form } from './said.ts';

/** Checks the body against the client's. */
export const checkOwnForm = (turn: Turn, received: Received): void =>
  CHECKS[turn.form](turn, received);

const CHECKS: Readonly<Record<Form, (turn: Turn, received: Received) => void>> = {
  chat({ body }, { raw, body: sent }) {
    assert.equal(raw, JSON.stringify({ ...body, model: sent['model'] }), 'all but the model');
  },

  claude({ body: own, step }, { body: got, headers }) {
    const [body, sent] = [proven(own), proven(got)];
    // Without any mark of the client's the proxy marks the request.
    const isMarked = JSON.stringify(body).includes('"cache_control"');
    if (isMarked) assert.equal(JSON.stringify(sent), JSON.stringify(body), 'every byte');
    assert.deepEqual(promptItems('claude', sent), promptItems('claude', body));
    assert.deepEqual(promptSettings('claude', sent), promptSettings('claude', body));
    for (const name of ['anthropic-beta', 'anthropic-version', 'user-agent']) {
      assert.equal(headers[name], headerOf(step, name), name);
    }
  },

  responses({ body }, { body: sent, via }) {
    for (const key of ['tools', 'reasoning', 'text', 'tool_choice', 'client_metadata']) {
      assert.deepEqual(sent[key], body[key], key);
    }
    // What an increment goes on from is what the upstream itself had said, in its own words.
    if (via !== 'increment') assert.deepEqual(itemsOf(sent['input']), itemsOf(body['input']));
  },

  gemini({ body }, { body: sent }) {
    for (const key of ['systemInstruction', 'toolConfig']) assert.deepEqual(sent[key], body[key]);
    assert.deepEqual(unsigned(sent['contents']), unsigned(body['contents']));
  },
};

/** Items; of reasoning only that it is there, because the content of the recordings is made up. */
const itemsOf = (input: unknown): unknown[] =>
  (input as Json[]).map((item) => {
    if (item['type'] === 'reasoning') return item['type'];
    const { type, role, content, call_id, name, namespace, arguments: text, output } = item;
    return { type: type ?? 'message', role, content, call_id, name, namespace, text, output };
  });

/** Signatures that Google did not issue are replaced. */
const unsigned = (contents: unknown): unknown =>
  (contents as { role: string; parts: Json[] }[]).map(({ role, parts }) => ({
    role,
    parts: parts.map((part) => ({ ...part, thoughtSignature: undefined })),
  }));

/**
 * The thinking of the recordings is made up: a body may go without it, and then without the budget that
 * Anthropic would refuse for such a turn.
 */
function proven({ thinking, context_management: edits, ...body }: Json): Json {
  const { type } = (thinking ?? { type: 'enabled' }) as Json;
  const messages = (body['messages'] as { role: string; content: string | Json[] }[]).map(
    ({ role, content }) => {
      const isThinking = ({ type }: Json): boolean => type === 'thinking';
      const kept =
        typeof content === 'string' ? content : content.filter((one) => !isThinking(one));
      return { role, content: kept };
    },
  );
  return { ...body, messages, ...(type !== 'enabled' && { thinking, context_management: edits }) };
}

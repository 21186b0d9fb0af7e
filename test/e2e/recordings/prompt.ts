/** What of a request's bytes the model reads: the part that prompt caches know again. */
import type { Json } from './forms/text.ts';
import type { Form } from './said.ts';

/** Where a form keeps the conversation. */
const ITEMS: Readonly<Record<Form, string>> = {
  chat: 'messages',
  responses: 'input',
  claude: 'messages',
  gemini: 'contents',
};

/** Members that say nothing to the model. */
const NO_PROMPT = ['client_metadata', 'metadata', 'previous_response_id', 'type'];

/** Every item as JSON text. A text is the same as a list of this one text. */
export const promptItems = (form: Form, body: Json): string[] =>
  (body[ITEMS[form]] as Json[]).map((item) => {
    const { content } = item;
    const isText = typeof content === 'string' && form !== 'gemini';
    return unmarked(isText ? { ...item, content: [{ type: 'text', text: content }] } : item);
  });

/** Everything else that the model reads, each member as JSON text. */
export function promptSettings(form: Form, body: Json): Record<string, string> {
  const left = [ITEMS[form], ...NO_PROMPT];
  const members = Object.entries(body).filter(([key]) => !left.includes(key));
  return Object.fromEntries(members.map(([key, value]) => [key, unmarked(value)]));
}

/** JSON text without the marks of caches, which move. */
const unmarked = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (key === 'cache_control' ? undefined : inner));

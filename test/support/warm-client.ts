/** An HTTP client that goes on with one conversation, in either dialect. */
import { sendRequest, type ClientAnswer } from './http-client.ts';
import { endingOf, PATHS, type Dialect, type Ending } from './endings.ts';
import { parseFrames } from './http-client.ts';

/** One conversation. */
export class Conversation {
  readonly #url: string;
  readonly #dialect: Dialect;
  readonly #key: string;
  readonly #model: string;
  readonly #items: unknown[] = [];

  /** `key`: names the conversation as clients do. */
  constructor(origin: string, dialect: Dialect, key: string, model = 'gpt-5.5') {
    this.#url = origin + PATHS[dialect];
    this.#dialect = dialect;
    this.#key = key;
    this.#model = model;
  }

  /** Says something; a whole answer is added to the conversation. */
  async say(text: string, more: object = {}): Promise<Ending> {
    const answer = await this.ask(text, more);
    const ending = await endingOf(answer, this.#dialect);
    if (ending.kind === 'ok') this.#items.push(this.#echo(await answer.text()));
    return ending;
  }

  /** The request alone. */
  ask(text: string, more: object = {}): Promise<ClientAnswer> {
    this.#items.push({ role: 'user', content: text });
    const items = [...this.#items];
    const body = this.#dialect === 'chat' ? { messages: items } : { input: items };
    return sendRequest(this.#url, {
      headers: { 'session-id': this.#key },
      body: { model: this.#model, stream: true, ...body, ...more },
    });
  }

  #echo(text: string): unknown {
    const events = parseFrames(text)
      .filter(({ data }) => data.startsWith('{'))
      .map(({ data }) => JSON.parse(data) as Record<string, unknown>);
    if (this.#dialect === 'responses') {
      const last = events.at(-1)?.['response'] as { output: unknown[] };
      return last.output[0];
    }
    const content = events.map((chunk) => {
      const [choice] = chunk['choices'] as { delta?: { content?: string } }[];
      return choice?.delta?.content ?? '';
    });
    return { role: 'assistant', content: content.join('') };
  }
}

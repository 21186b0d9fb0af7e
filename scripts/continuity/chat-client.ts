/** A client of Chat Completions, as opencode: session headers, whole history, streamed. */
import type { Answer, Dialect } from './client.ts';
import { postStream } from './http.ts';
import { CHAT_TOOLS, INSTRUCTIONS } from './plan.ts';

export type Message = Record<string, unknown>;

export const CHAT_OPENING: Message[] = [{ role: 'system', content: INSTRUCTIONS }];

interface Chunk {
  choices?: { delta: { content?: string | null; tool_calls?: CallDelta[] } }[];
  usage?: { prompt_tokens: number; prompt_tokens_details?: { cached_tokens: number } } | null;
  error?: { code?: string; type?: string };
}

interface CallDelta {
  id?: string;
  function?: { name?: string; arguments?: string };
}

export class ChatClient implements Dialect<Message> {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #model: string;

  constructor(origin: string, token: string, model: string, key: string) {
    this.#url = `${origin}/v1/chat/completions`;
    this.#headers = {
      authorization: `Bearer ${token}`,
      'x-session-id': key,
      'x-session-affinity': key,
    };
    this.#model = model;
  }

  user(content: string): Message {
    return { role: 'user', content };
  }

  toolResult(callId: string, content: string): Message {
    return { role: 'tool', tool_call_id: callId, content };
  }

  fullBytes(history: Message[]): number {
    return Buffer.byteLength(this.#body(history));
  }

  async ask(history: Message[]): Promise<Answer<Message>> {
    const data = await postStream(this.#url, this.#headers, this.#body(history));
    if (data.at(-1) !== '[DONE]') throw new Error(`the stream ended early: ${data.at(-1) ?? ''}`);
    return answerOf(data.slice(0, -1).map((text) => JSON.parse(text) as Chunk));
  }

  close(): void {
    // Its connections belong to all conversations.
  }

  #body(messages: Message[]): string {
    return JSON.stringify({
      model: this.#model,
      stream: true,
      stream_options: { include_usage: true },
      tools: CHAT_TOOLS,
      messages,
    });
  }
}

function answerOf(chunks: Chunk[]): Answer<Message> {
  const error = chunks.find((chunk) => chunk.error !== undefined)?.error;
  if (error !== undefined) throw new Error(`error chunk: ${error.code ?? error.type ?? ''}`);
  const deltas = chunks.flatMap(({ choices = [] }) => choices.map(({ delta }) => delta));
  const content = deltas.map((delta) => delta.content ?? '').join('');
  const calls = deltas.flatMap(({ tool_calls: calls = [] }) => calls);
  const usage = chunks.find((chunk) => chunk.usage)?.usage;
  const id = calls.find((call) => call.id !== undefined)?.id;
  const message: Message = { role: 'assistant', content: content === '' ? null : content };
  if (id !== undefined) message['tool_calls'] = [wholeCall(id, calls)];
  return {
    items: [message],
    callId: id,
    inputTokens: usage?.prompt_tokens ?? 0,
    cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
  };
}

function wholeCall(id: string, calls: CallDelta[]): Message {
  const joined = (pick: (call: CallDelta) => string | undefined): string =>
    calls.map((call) => pick(call) ?? '').join('');
  const name = joined((call) => call.function?.name);
  const text = joined((call) => call.function?.arguments);
  return { id, type: 'function', function: { name, arguments: text } };
}

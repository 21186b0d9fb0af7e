/**
 * Conversations and answers made from a seed, in the canonical model. Every text, argument, call id
 * and image holds a mark that occurs nowhere else, so that a test can count what arrived.
 */
import type { CanonicalEvent } from '../../src/canonical/events.ts';
import type { Part } from '../../src/canonical/parts.ts';
import type { CanonicalRequest, Message, OutputFormat, Tool } from '../../src/canonical/request.ts';
import { mulberry } from './streams.ts';

/** A request and the marks in it. */
export interface Generated {
  request: CanonicalRequest;
  system: string;
  /** Of texts, arguments, results and images, in their order. */
  marks: string[];
  callIds: string[];
  /** Name of a property of the schema that the answer shall follow; undefined: it has no form. */
  property: string | undefined;
}

const NAMES = ['track', 'read_file', `mcp__depot__${'long_'.repeat(12)}name`];

const TOOLS: readonly Tool[] = NAMES.map((name) => ({
  type: 'function',
  name,
  description: `does ${name}`,
  parameters: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
}));

class Generator {
  readonly marks: string[] = [];
  readonly callIds: string[] = [];
  readonly #random: () => number;
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#random = mulberry(seed);
    this.#seed = seed;
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  upTo(count: number): number {
    return 1 + Math.floor(this.#random() * count);
  }

  /** Letters only, so that it is the same in JSON, in JSON inside JSON, and in base64. */
  mark(): string {
    this.#count += 1;
    const mark = `Mark${letters(this.#seed)}x${letters(this.#count)}Z`;
    this.marks.push(mark);
    return mark;
  }

  text(): Part {
    return { type: 'text', text: `${this.mark()} grüßt "alle" 👋\n` };
  }

  image(): Part {
    return { type: 'image', url: `data:image/png;base64,${this.mark()}AAAA` };
  }

  user(): Message {
    const content = Array.from({ length: this.upTo(2) }, () => this.text());
    if (this.chance(0.4)) content.push(this.image());
    return { role: 'user', content };
  }

  /** An assistant message that may call tools, and what the tools gave back. */
  assistant(): Message[] {
    const content: Part[] = [this.text()];
    const calls = this.chance(0.6) ? this.upTo(3) : 0;
    const ids = Array.from({ length: calls }, () => this.#callId());
    for (const id of ids) {
      const name = NAMES[this.upTo(NAMES.length) - 1] ?? '';
      const text = JSON.stringify({ q: this.mark() });
      content.push({ type: 'tool_call', kind: 'function', id, name, arguments: text });
    }
    const results = ids.map((callId): Message => {
      const part: Part = { type: 'tool_result', callId, content: `${this.mark()} found` };
      return { role: 'tool', content: [part] };
    });
    return [{ role: 'assistant', content }, ...results];
  }

  #callId(): string {
    this.#count += 1;
    const id = `call_Id${letters(this.#seed)}x${letters(this.#count)}Z`;
    this.callIds.push(id);
    return id;
  }
}

/** A number as letters. */
const letters = (count: number): string =>
  [...String(count)].map((digit) => 'abcdefghij'.charAt(Number(digit))).join('');

/** A conversation that ends with the user's word. */
export function conversation(seed: number): Generated {
  const made = new Generator(seed);
  const system = `Sys${letters(seed)}Z be kind`;
  const turns = Array.from({ length: made.upTo(4) }, () => [made.user(), ...made.assistant()]);
  const messages: Message[] = [
    { role: 'system', content: [{ type: 'text', text: system }] },
    ...turns.flat(),
    made.user(),
  ];
  const property = made.chance(0.5) ? `Prop${letters(seed)}Z` : undefined;
  const request: CanonicalRequest = {
    model: 'm',
    stream: true,
    messages,
    tools: TOOLS,
    toolChoice: { type: 'mode', mode: 'auto' },
    output: property === undefined ? undefined : structured(property),
    reasoning: { effort: 'high' },
    options: { maxOutputTokens: 4096 },
    cache: {},
    identity: {},
  };
  return { request, system, marks: made.marks, callIds: made.callIds, property };
}

const structured = (property: string): OutputFormat => ({
  type: 'json_schema',
  name: 'response',
  strict: false,
  schema: { type: 'object', properties: { [property]: { type: 'string' } } },
});

/** The events of one answer: reasoning, text, calls; any of them may be missing, but not all. */
export function answerEvents(seed: number): CanonicalEvent[] {
  const made = new Generator(seed);
  const events: CanonicalEvent[] = [
    { type: 'start', id: `resp_${letters(seed)}`, model: 'm', created: 1_700_000_000 },
  ];
  let item = 0;
  if (made.chance(0.5)) {
    const text = `${made.mark()} thinks`;
    events.push({ type: 'reasoning', kind: 'summary', item, text });
    events.push({ type: 'item_done', kind: 'reasoning', item });
    item += 1;
  }
  const calls = made.chance(0.6) ? made.upTo(3) : 0;
  if (calls === 0 || made.chance(0.5)) {
    for (let piece = made.upTo(4); piece > 0; piece -= 1) {
      events.push({ type: 'text', item, text: `${made.mark()} Grüße 👋\n\n` });
    }
    item += 1;
  }
  for (let call = 0; call < calls; call += 1) {
    const name = NAMES[call] ?? '';
    const id = `call_${letters(seed)}_${letters(call)}`;
    events.push({ type: 'tool_call', kind: 'function', item, id, name });
    events.push({ type: 'tool_arguments', item, text: `{"q":"${made.mark()}` });
    events.push({ type: 'tool_arguments', item, text: ' ü"}' });
    events.push({ type: 'tool_call_done', item });
    item += 1;
  }
  const usage = { input: 120, output: 30, total: 150, cachedInput: 100 };
  const cut = made.chance(0.2);
  const reason = calls > 0 ? 'tool_calls' : cut ? 'length' : 'stop';
  return [...events, { type: 'finish', reason, usage }, { type: 'end' }];
}

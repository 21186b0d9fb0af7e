/**
 * What a request says, whatever its wire form: its instructions, its conversation, its tools. The
 * recordings are compared with what an upstream got in these terms.
 */
import { chatSays } from './forms/chat.ts';
import { claudeSays } from './forms/claude.ts';
import { geminiSays } from './forms/gemini.ts';
import { responsesSays } from './forms/responses.ts';
import type { Json } from './forms/text.ts';

/** A wire form of requests; clients and upstreams share them. */
export type Form = 'chat' | 'responses' | 'claude' | 'gemini';

/** One thing that was said. Neighbouring texts of one role are one entry. */
export type Entry =
  | { kind: 'text'; role: 'user' | 'assistant'; text: string }
  | { kind: 'call'; id: string; name: string; input: unknown }
  | { kind: 'result'; id: string; text: string };

/** A whole request. Texts are without white space: only what is said counts. */
export interface Said {
  system: string;
  entries: Entry[];
  /** Names of the declared functions and custom tools. */
  tools: string[];
  /** Those of them that are custom tools. */
  custom: string[];
  /** Signatures and encrypted reasoning. */
  proofs: string[];
}

const READERS: Readonly<Record<Form, (body: Json, said: Collector) => void>> = {
  chat: chatSays,
  responses: responsesSays,
  claude: claudeSays,
  gemini: geminiSays,
};

/** Reads a body of this form. */
export function saidIn(form: Form, body: Json): Said {
  const said = new Collector();
  READERS[form](body, said);
  return said.done();
}

/** Does the conversation of `after` go on where `before` ends, under the same instructions? */
export function continues(before: Said, after: Said): boolean {
  if (before.system !== after.system || before.tools.join() !== after.tools.join()) return false;
  const { length } = before.entries;
  if (length >= after.entries.length) return false;
  return JSON.stringify(after.entries.slice(0, length)) === JSON.stringify(before.entries);
}

/** The same with calls numbered in their order, for forms that need not name them. */
export function withoutIds(entries: readonly Entry[]): Entry[] {
  const ids = new Map<string, string>();
  return entries.map((entry) => {
    if (entry.kind === 'text') return entry;
    if (entry.kind === 'call') ids.set(entry.id, `#${String(ids.size)}`);
    return { ...entry, id: ids.get(entry.id) ?? 'nobody' };
  });
}

/** Takes what the readers find, in its order. */
export class Collector {
  readonly #said: Said = { system: '', entries: [], tools: [], custom: [], proofs: [] };
  readonly #results = new Set<string>();

  /** Amid the conversation it has its place there, as a reminder where there are no such messages. */
  system(text: string): void {
    if (this.#said.entries.length === 0) this.#said.system += bare(text);
    else if (text !== '') this.text('user', `<system-reminder>${text}</system-reminder>`);
  }

  text(role: 'user' | 'assistant', text: string): void {
    const said = bare(text);
    const last = this.#said.entries.at(-1);
    if (last?.kind === 'text' && last.role === role) last.text += said;
    else if (said !== '') this.#said.entries.push({ kind: 'text', role, text: said });
  }

  /** `input`: JSON text or the value. */
  call(id: string, name: string, input: unknown): void {
    const value: unknown = typeof input === 'string' ? JSON.parse(input || '{}') : input;
    this.#said.entries.push({ kind: 'call', id, name, input: value });
  }

  /** A result that is told twice counts once: Gemini CLI repeats results when it resumes. */
  result(id: string, text: string): void {
    if (this.#results.has(id)) return;
    this.#results.add(id);
    this.#said.entries.push({ kind: 'result', id, text: bare(unwrapped(text)) });
  }

  tool(name: string): void {
    this.#said.tools.push(name);
  }

  customTool(name: string): void {
    this.#said.tools.push(name);
    this.#said.custom.push(name);
  }

  proof(text: unknown): void {
    if (typeof text === 'string' && text !== '') this.#said.proofs.push(text);
  }

  done(): Said {
    return this.#said;
  }
}

const bare = (text: string): string => text.replace(/\s+/g, '');

/** Google wants objects as results: what stands in one of these members is the result. */
const WRAPPERS = ['output', 'result', 'content', 'text'];

/** A result without the wrappings that the forms put around it, JSON text in a string among them. */
function unwrapped(value: unknown): string {
  if (typeof value === 'string') {
    return /^["[{]/.test(value) ? unwrapped(JSON.parse(value)) : value;
  }
  if (Array.isArray(value)) return value.map(unwrapped).join('\n');
  const object = value as Json;
  const [member = '', ...others] = Object.keys(object).filter((key) => !LABELS.includes(key));
  const isWrapper = others.length === 0 && WRAPPERS.includes(member);
  return isWrapper ? unwrapped(object[member]) : JSON.stringify(object);
}

/** Members that say what a result is. */
const LABELS = ['name', 'type'];

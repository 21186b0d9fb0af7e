/** What the sandbox needs of a request: the input as items, the last words of the user, the tools. */
import { z } from 'zod';

/** The three kinds of turn that it serves. */
export type TurnKind = 'responses' | 'compact' | 'chat';

/** A request, understood. */
export interface SandboxRequest {
  kind: TurnKind;
  model: string;
  stream: boolean;
  /** Only prepares the cache: no answer is wanted (clients.md 5.3). */
  warmUp: boolean;
  /** Tools and instructions first, then the input item by item, each as `modelView` shows it. */
  items: string[];
  /** Text of the last user message; `''` without one. */
  userText: string;
  /** The last part of that text: agents put their own notes in front of what the user wrote. */
  lastWords: string;
  /** User messages so far. */
  turn: number;
  /** Text of a tool's output when that is the last item. */
  toolOutput: string | undefined;
  /** Outputs of tools behind the last user message. */
  toolOutputs: number;
  /** Names of the function tools. */
  tools: string[];
  cacheKey: string | undefined;
}

const schema = z.object({
  model: z.string().default('sandbox'),
  stream: z.unknown().optional(),
  generate: z.unknown().optional(),
  instructions: z.string().nullish(),
  input: z.union([z.string(), z.array(z.unknown())]).nullish(),
  messages: z.array(z.unknown()).nullish(),
  tools: z.array(z.unknown()).nullish(),
  prompt_cache_key: z.string().nullish(),
});

const message = z.object({ role: z.string(), content: z.unknown().optional() });
const output = z.object({ type: z.string().optional(), role: z.string().optional() });
const tool = z.object({
  type: z.literal('function'),
  name: z.string().optional(),
  function: z.object({ name: z.string() }).optional(),
});
const part = z.object({ text: z.string() });

/** Reads a parsed body. The text says what is wrong with it. */
export function readRequest(kind: TurnKind, body: unknown): SandboxRequest | string {
  const parsed = schema.safeParse(body);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const { model, stream, instructions, tools, prompt_cache_key } = parsed.data;
  const list = kind === 'chat' ? parsed.data.messages : inputItems(parsed.data.input);
  if (list === null || list === undefined) {
    return `the request has no ${kind === 'chat' ? 'messages' : 'input'}`;
  }
  const userTexts = list.map(userTextsOf).filter((texts) => texts !== undefined);
  const userText = userTexts.at(-1) ?? [];
  return {
    kind,
    model,
    stream: stream === true && kind !== 'compact',
    warmUp: parsed.data.generate === false,
    items: [JSON.stringify([tools ?? [], instructions ?? '']), ...list.map(modelView)],
    userText: userText.join('\n'),
    lastWords: userText.at(-1) ?? '',
    turn: userTexts.length,
    toolOutput: toolOutputOf(list.at(-1)),
    toolOutputs: toolOutputsOf(list),
    tools: (tools ?? []).map(toolName).filter((name) => name !== undefined),
    cacheKey: prompt_cache_key ?? undefined,
  };
}

function inputItems(input: string | unknown[] | null | undefined): unknown[] | undefined {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : (input ?? undefined);
}

/** Members that no model reads: a client may leave them out when it sends an answer back. */
const UNSEEN = new Set(['id', 'status', 'annotations', 'logprobs']);

/** An item as JSON without the members that the model does not see, in one order of members. */
function modelView(item: unknown): string {
  return JSON.stringify(item, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const members = Object.entries(value).filter(([name]) => !UNSEEN.has(name));
    return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function userTextsOf(item: unknown): string[] | undefined {
  const parsed = message.safeParse(item);
  return parsed.success && parsed.data.role === 'user' ? textsOf(parsed.data.content) : undefined;
}

function toolOutputsOf(list: unknown[]): number {
  const last = list.findLastIndex((item) => userTextsOf(item) !== undefined);
  return list.slice(last + 1).filter((item) => toolOutputOf(item) !== undefined).length;
}

function toolOutputOf(item: unknown): string | undefined {
  const parsed = output.safeParse(item);
  if (!parsed.success) return undefined;
  const value = item as { output?: unknown; content?: unknown };
  if (parsed.data.type === 'function_call_output') return textOf(value.output);
  return parsed.data.role === 'tool' ? textOf(value.content) : undefined;
}

const textOf = (content: unknown): string => textsOf(content).join('\n');

/** A string, or the text parts of a list. */
function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  return content
    .map((entry) => part.safeParse(entry).data?.text)
    .filter((text) => text !== undefined);
}

function toolName(entry: unknown): string | undefined {
  const parsed = tool.safeParse(entry);
  return parsed.success ? (parsed.data.function?.name ?? parsed.data.name) : undefined;
}

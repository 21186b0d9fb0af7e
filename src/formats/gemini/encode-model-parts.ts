/**
 * What the model said before → Gemini parts (translate-gemini-thinking.md 4.2, 5.3, 5.4, 6.1). One
 * object per turn: a signature may have to find its way to the part before or behind it.
 */
import type { Part, ReasoningPart, ToolCallPart } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';
import { decodeCarrier, type Carrier } from './carrier.ts';
import { encodeUserParts } from './encode-user-parts.ts';

/** What depends on the request. */
export interface ModelTurnRules {
  client: HubClient;
  /** Thoughts of Claude clients are told even where Gemini did not think them (`is-compat`). */
  keepsUnsigned: boolean;
  /** Name of a call for the upstream. */
  nameOf(call: ToolCallPart): string;
}

/** Parts of one turn of the model, as they are added. */
export class ModelTurn {
  readonly parts: JsonObject[] = [];
  /** Ids of its calls, in order. */
  readonly callIds: string[] = [];
  readonly #rules: ModelTurnRules;
  /** A signature that waits for its part, and the thought it came with. */
  #waiting: { carrier: Carrier; thought: JsonObject | undefined } | undefined;

  constructor(rules: ModelTurnRules) {
    this.#rules = rules;
  }

  add({ content }: Message): void {
    if (typeof content === 'string') {
      if (content !== '') this.#push({ text: content }, 'text');
      return;
    }
    for (const part of content) this.#part(part);
  }

  /** The turn is over: a signature without a part is that of its thought, or stands alone. */
  end(): void {
    const { carrier, thought } = this.#waiting ?? {};
    this.#waiting = undefined;
    if (carrier === undefined || carrier.target !== 'any') return;
    if (thought === undefined) this.parts.push({ text: '', thoughtSignature: carrier.signature });
    else thought.thoughtSignature = carrier.signature;
  }

  #part(part: Part): void {
    switch (part.type) {
      case 'reasoning':
        this.#reasoning(part);
        return;
      case 'tool_call':
        this.callIds.push(part.id);
        this.#push(
          { functionCall: this.#call(part), thoughtSignature: part.signature },
          'function',
        );
        return;
      case 'text':
      case 'refusal':
        if (part.text !== '') this.#push(textPart(part.text, part.signature), 'text');
        return;
      case 'image':
      case 'file':
      case 'audio':
      case 'verbatim':
        this.parts.push(...encodeUserParts([part], this.#rules.client));
        return;
      case 'tool_result':
        return;
    }
  }

  #call(call: ToolCallPart): JsonObject {
    const { client, nameOf } = this.#rules;
    const id = client === 'openai-response' ? call.id : undefined;
    return { name: nameOf(call), args: argumentsOf(call), id };
  }

  #push(part: JsonObject, kind: 'text' | 'function'): void {
    const waiting = this.#waiting?.carrier;
    this.#waiting = undefined;
    const fits = waiting !== undefined && (waiting.target === kind || waiting.target === 'any');
    this.parts.push(fits ? { ...part, thoughtSignature: waiting.signature } : part);
  }

  /** Claude's own thoughts say nothing to Gemini: they are left out (6.1). */
  #reasoning(part: ReasoningPart): void {
    const { client, keepsUnsigned } = this.#rules;
    if (part.redacted === true) return;
    const carrier = client === 'openai' ? undefined : decodeCarrier(part.signature);
    if (client === 'claude' && carrier === undefined && !keepsUnsigned) return;
    const text = part.summary.join('\n\n') || (part.text ?? '');
    const thought = text === '' ? undefined : { text, thought: true };
    if (carrier?.direction === 'previous') this.#signPrevious(carrier);
    if (thought !== undefined) this.parts.push(thought);
    if (carrier?.direction === 'next') this.#waiting = { carrier, thought };
    if (carrier?.direction !== 'standalone') return;
    if (thought === undefined) this.parts.push({ text: '', thoughtSignature: carrier.signature });
    else Object.assign(thought, { thoughtSignature: carrier.signature });
  }

  #signPrevious({ target, signature }: Carrier): void {
    const last = this.parts.at(-1);
    if (last === undefined || last.thought === true) return;
    const kind = isObject(last.functionCall) ? 'function' : 'text';
    if (target === kind || target === 'any') last.thoughtSignature = signature;
  }
}

const textPart = (text: string, signature: string | undefined): JsonObject =>
  signature === undefined ? { text } : { text, thoughtSignature: signature };

/** Arguments are an object; other text stands in one member. */
function argumentsOf(call: ToolCallPart): unknown {
  const { arguments: text } = call;
  if (call.kind === 'custom') return { input: text };
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Not every client sends JSON; the text is what the model wrote.
  }
  return { arguments: text };
}

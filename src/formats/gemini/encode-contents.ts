/**
 * Canonical messages → `contents` (translate-gemini-thinking.md 2.6, 4.2, 5.3, 6.1). Results of tools
 * follow their calls: chat clients get them there from wherever they stand, others have them there.
 */
import type { Part, ToolCallPart, ToolResultPart } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import type { HubClient } from '../hub.ts';
import { ModelTurn, type ModelTurnRules } from './encode-model-parts.ts';
import { chatResult, encodeResult } from './encode-results.ts';
import { encodeUserParts } from './encode-user-parts.ts';
import { ResultBook } from './result-book.ts';
import { signParts } from './signatures.ts';

/** One turn. */
export interface Content {
  role: string;
  parts: JsonObject[];
}

/** Encodes the conversation; system text is told elsewhere. */
export function encodeContents(messages: readonly Message[], rules: ModelTurnRules): Content[] {
  const writer = new ContentsWriter(rules, messages);
  for (const [index, message] of messages.entries()) writer.add(message, index);
  return writer.end();
}

class ContentsWriter {
  readonly #client: HubClient;
  readonly #rules: ModelTurnRules;
  readonly #results: ResultBook;
  readonly #contents: Content[] = [];
  /** Call id → name for the upstream. */
  readonly #names = new Map<string, string>();
  #turn: ModelTurn | undefined;
  /** Ids of the calls whose results are due, in their order. */
  #due: readonly string[] = [];
  /** A run of results, which makes one turn. */
  #run: ToolResultPart[] = [];

  constructor(rules: ModelTurnRules, messages: readonly Message[]) {
    this.#client = rules.client;
    this.#rules = { ...rules, nameOf: (call) => this.#named(call, rules.nameOf(call)) };
    this.#results = new ResultBook(rules.client === 'openai' ? messages : []);
  }

  add(message: Message, index: number): void {
    if (message.role === 'tool') {
      // Those of chat clients were written behind their call.
      if (this.#client !== 'openai') this.#run.push(...resultsIn(message));
      return;
    }
    this.#endRun();
    if (message.role === 'assistant' || message.role === 'model') this.#model(message, index);
    else this.#user(message);
  }

  end(): Content[] {
    this.#endRun();
    this.#endTurn();
    const contents = this.#contents.map(({ role, parts }) => ({
      role,
      parts: signParts(role, parts),
    }));
    while (contents.length > 0 && endsIdle(contents.at(-1), this.#client)) contents.pop();
    const first = contents[0]?.role;
    return first === 'model' ? [{ role: 'user', parts: [{ text: '' }] }, ...contents] : contents;
  }

  /** Items of a Responses client are one turn together, messages of the others one each. */
  #model(message: Message, index: number): void {
    if (this.#client !== 'openai-response') this.#endTurn();
    this.#turn ??= new ModelTurn(this.#rules);
    this.#turn.add(message);
    if (this.#client !== 'openai') return;
    const { callIds } = this.#turn;
    this.#endTurn();
    const parts = callIds.flatMap((id) => {
      const name = this.#names.get(id);
      return id === '' || name === undefined ? [] : chatResult(this.#results.take(id, index), name);
    });
    this.#push('user', parts);
  }

  #named(call: ToolCallPart, name: string): string {
    this.#names.set(call.id, name);
    return name;
  }

  #user({ role, content }: Message): void {
    this.#endTurn();
    const parts: JsonObject[] = [];
    if (typeof content === 'string') parts.push(...encodeUserParts(content, this.#client));
    else {
      const results = this.#ordered(content.filter(isResult));
      let next = 0;
      for (const part of content) {
        // Results stand in the order of their calls, in the places that results have.
        const result = isResult(part) ? results[next++] : undefined;
        if (result === undefined) parts.push(...encodeUserParts([part], this.#client));
        else parts.push(...this.#result(result));
      }
    }
    // Other words for the user's side are no roles of Gemini.
    this.#push(role === 'function' ? 'function' : 'user', parts);
    this.#due = [];
  }

  #endRun(): void {
    if (this.#run.length === 0) return;
    this.#endTurn();
    const run = this.#run;
    this.#run = [];
    this.#push(
      'user',
      this.#ordered(run).flatMap((result) => this.#result(result)),
    );
    this.#due = [];
  }

  /** Results in the order of the calls they answer; those of no call come last. */
  #ordered(results: readonly ToolResultPart[]): ToolResultPart[] {
    const places = new Map([...this.#due].reverse().map((id, place) => [id, -place]));
    const rank = ({ callId }: ToolResultPart): number => places.get(callId) ?? 1;
    return [...results].sort((one, other) => rank(one) - rank(other));
  }

  #result(result: ToolResultPart): JsonObject[] {
    const known = this.#names.get(result.callId);
    return encodeResult(result, known ?? unknownName(result.callId, this.#client), this.#client);
  }

  #endTurn(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#turn = undefined;
    turn.end();
    this.#due = turn.callIds;
    this.#push('model', turn.parts);
  }

  #push(role: string, parts: JsonObject[]): void {
    if (parts.length > 0) this.#contents.push({ role, parts });
  }
}

const isResult = (part: Part): part is ToolResultPart => part.type === 'tool_result';

const resultsIn = ({ content }: Message): ToolResultPart[] =>
  typeof content === 'string' ? [] : content.filter(isResult);

/** A result whose call the client left out: ids that Switchyard's like make begin with the name. */
function unknownName(callId: string, client: HubClient): string {
  if (client === 'openai-response') return 'unknown';
  const cut = callId.lastIndexOf('-');
  return (cut > 0 ? callId.slice(0, cut) : callId) || 'unknown';
}

/** Must this turn not be the last one? Gemini answers users only. */
function endsIdle(content: Content | undefined, client: HubClient): boolean {
  if (content?.role !== 'model') return false;
  const hasCall = content.parts.some((part) => isObject(part.functionCall));
  if (client === 'openai') return true;
  if (client === 'claude') return hasCall;
  return !hasCall && content.parts.every((part) => !('thoughtSignature' in part) && !part.thought);
}

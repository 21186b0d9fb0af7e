/**
 * Tool calls of a Claude stream. Claude clients take one block at a time, so calls that other
 * upstreams interleave are told one after the other, in the order in which they were announced
 * (translate-openai-claude.md 6.4, and 13, Q22).
 */
import type { ToolCallEvent } from '../../canonical/events.ts';
import { SwitchyardError } from '../../errors.ts';
import type { Blocks } from './blocks.ts';
import { claudeCallId } from './call-id.ts';
import { QuoteRepair } from './quote-repair.ts';

/** Calls of one answer; a real one has a few dozen. More are refused. */
export const MAX_CALLS = 10_000;

/** Characters that wait for their turn; far more than a model writes into one answer. */
export const MAX_WAITING_CHARS = 32 * 1024 * 1024;

interface Call {
  readonly event: ToolCallEvent;
  readonly repair: QuoteRepair;
  /** Arguments that came before the call's turn. */
  waiting: string;
  done: boolean;
}

/** Calls that are being told, or wait for that. */
export class CallQueue {
  readonly #blocks: Blocks;
  /** Calls without an end, by item, in the order of their announcement. */
  readonly #open = new Map<number, Call>();
  #active: Call | undefined;
  #count = 0;
  #waiting = 0;
  /** A call was told that the upstream had not ended, or that the limit cut. */
  cut = false;

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
  }

  /** Was any call told? */
  get any(): boolean {
    return this.#count > 0;
  }

  /** Is a call open? Then nothing else may be written. */
  get busy(): boolean {
    return this.#active !== undefined;
  }

  /** @throws SwitchyardError `upstream_bad_answer` for more calls than allowed. */
  add(event: ToolCallEvent): void {
    if (this.#count >= MAX_CALLS) throw tooMuch(`${String(MAX_CALLS)} calls`);
    this.#count += 1;
    const call: Call = { event, repair: new QuoteRepair(), waiting: '', done: false };
    this.#open.set(event.item, call);
    if (event.arguments !== undefined) this.#wait(call, event.arguments);
    this.#run();
  }

  /** Arguments of a call; those of a call nobody announced are passed over. */
  arguments(item: number, text: string): void {
    const call = this.#open.get(item);
    if (call === undefined) return;
    if (call === this.#active) this.#delta(call, text);
    else this.#wait(call, text);
  }

  done(item: number, cut = false): void {
    const call = this.#open.get(item);
    if (call === undefined) return;
    this.cut ||= cut;
    call.done = true;
    this.#run();
  }

  /** The answer is over: every call is told, and ends. */
  finish(): void {
    for (const call of this.#open.values()) {
      if (!call.done) this.cut = true;
      call.done = true;
    }
    this.#run();
  }

  /** @throws SwitchyardError `upstream_bad_answer` for more text than may wait. */
  wait(chars: number): void {
    this.#waiting += chars;
    if (this.#waiting > MAX_WAITING_CHARS) {
      throw tooMuch(`${String(MAX_WAITING_CHARS)} characters that wait for a call to end`);
    }
  }

  #wait(call: Call, text: string): void {
    this.wait(text.length);
    call.waiting += text;
  }

  #run(): void {
    for (;;) {
      if (this.#active !== undefined) {
        if (!this.#active.done) return;
        this.#end(this.#active);
      }
      const [next] = this.#open.values();
      if (next === undefined) return;
      this.#start(next);
    }
  }

  #start(call: Call): void {
    this.#active = call;
    const { item, id, name, arguments: whole } = call.event;
    const block = { type: 'tool_use', id: claudeCallId(id, `toolu_${String(item)}`), name };
    this.#blocks.start('tool', item, { ...block, input: {} });
    if (whole === undefined) this.#blocks.delta('input_json_delta', 'partial_json', '');
    this.#delta(call, call.waiting);
    call.waiting = '';
  }

  #end(call: Call): void {
    const tail = call.repair.end();
    if (tail !== '') this.#blocks.delta('input_json_delta', 'partial_json', tail);
    this.#blocks.stop();
    this.#open.delete(call.event.item);
    this.#active = undefined;
  }

  #delta(call: Call, text: string): void {
    const repaired = call.repair.push(text);
    if (repaired !== '') this.#blocks.delta('input_json_delta', 'partial_json', repaired);
  }
}

const tooMuch = (what: string): SwitchyardError =>
  new SwitchyardError('upstream_bad_answer', {
    message: `the upstream answer has more than ${what}`,
  });

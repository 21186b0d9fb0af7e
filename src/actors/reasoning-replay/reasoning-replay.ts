/**
 * Keeps the reasoning of one account's Claude conversations and puts it back into requests of clients
 * that dropped it (codex.md 4.9).
 */
import { isObject, objectOf } from '../../canonical/value.ts';
import { endOf, scanRequest } from '../../formats/codex/input-chain.ts';
import { OutputRepair } from '../../formats/codex/output-repair.ts';
import { withReasoning } from '../../formats/codex/reasoning-replay/restore.ts';
import { replayTurn } from '../../formats/codex/reasoning-replay/turn.ts';
import { ReplayStore } from './store.ts';
import type { JsonObject } from '../../canonical/value.ts';
import type { ResponseTranslator } from '../../formats/format.ts';

/** See the head of the file. `conversation` is the turn's replay key (`prepare.ts`). */
export class ReasoningReplay {
  readonly #store = new ReplayStore();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The body with reasoning that is missing; the same object where nothing is. */
  restored(conversation: string, body: Uint8Array): Uint8Array {
    const turns = this.#store.turns(conversation, this.#nowMs());
    return turns.length === 0 ? body : withReasoning(body, turns);
  }

  /** The translator, whose answer is kept once it is complete. `body`: as {@link restored} got it. */
  recorded(
    translator: ResponseTranslator,
    conversation: string,
    body: Uint8Array,
  ): ResponseTranslator {
    return recording(translator, (output) => {
      const turn = replayTurn(output, () => endOf(scanRequest(body)));
      if (turn !== undefined) this.#store.add(conversation, turn, this.#nowMs());
    });
  }

  /** The upstream does not take what is kept. */
  forget(conversation: string): void {
    this.#store.forget(conversation);
  }
}

/** A translator that tells the output of a whole answer; one that was cut off is not told. */
function recording(
  inner: ResponseTranslator,
  onCompleted: (output: readonly JsonObject[]) => void,
): ResponseTranslator {
  const repair = new OutputRepair();
  return {
    onEvent(event) {
      const text = inner.onEvent(event);
      const { json } = event;
      if (!isObject(json)) return text;
      if (json.type === 'response.output_item.done') repair.add(json);
      else if (json.type === 'response.completed') {
        onCompleted(repair.repaired(objectOf(json.response)));
      }
      return text;
    },
    onBody: (body) => inner.onBody(body),
    onEnd: () => inner.onEnd(),
    get terminal() {
      return inner.terminal;
    },
    get usage() {
      return inner.usage;
    },
  };
}

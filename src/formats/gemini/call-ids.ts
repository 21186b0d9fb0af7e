/**
 * Ids of calls and results (thinking 7.1). Gemini clients may leave them out and rely on the order;
 * other upstreams demand them. Made ids depend on the place of the call alone, so that every turn of
 * a conversation gives the same ones.
 */
import { createHash } from 'node:crypto';

/** Where a part stands in `contents`. */
export interface PartPlace {
  content: number;
  part: number;
}

/** Bytes of the hash in a made id. */
const ID_BYTES = 12;

interface Pending {
  readonly id: string;
  answered: boolean;
}

/** Calls that wait for a result, oldest first; answered ones are passed over. */
class Waiting {
  readonly #calls: Pending[] = [];
  #first = 0;

  add(call: Pending): void {
    this.#calls.push(call);
  }

  get oldest(): Pending | undefined {
    while (this.#calls[this.#first]?.answered === true) this.#first += 1;
    return this.#calls[this.#first];
  }
}

/** Pairs the calls and results of one request, in their order. */
export class CallIds {
  readonly #byId = new Map<string, Waiting>();
  readonly #byName = new Map<string, Waiting>();
  readonly #all = new Waiting();

  /**
   * Id for a call. Two calls that wait at the same time never share one, whatever the client sent.
   * `args`: JSON text.
   */
  ofCall(sent: string, name: string, args: string, place: PartPlace): string {
    const isTaken = sent === '' || this.#byId.get(sent)?.oldest !== undefined;
    const id = isTaken ? madeId('call', name, args, place) : sent;
    const call: Pending = { id, answered: false };
    if (sent !== '') waitingIn(this.#byId, sent).add(call);
    waitingIn(this.#byName, name).add(call);
    this.#all.add(call);
    return id;
  }

  /**
   * Id of the call that a result answers: by id; without a known one the oldest of the same name,
   * else the oldest. Undefined: that call has its result already, so this one is a repetition
   * (Gemini CLI sends results twice after `--resume`).
   */
  ofResult(sent: string, name: string, response: string, place: PartPlace): string | undefined {
    const known = this.#byId.get(sent);
    const call = known === undefined ? this.#oldest(name) : known.oldest;
    if (call !== undefined) {
      call.answered = true;
      return call.id;
    }
    if (sent === '') return madeId('response', name, response, place);
    return known === undefined ? sent : undefined;
  }

  #oldest(name: string): Pending | undefined {
    return this.#byName.get(name)?.oldest ?? this.#all.oldest;
  }
}

function waitingIn(calls: Map<string, Waiting>, key: string): Waiting {
  const known = calls.get(key);
  if (known !== undefined) return known;
  const fresh = new Waiting();
  calls.set(key, fresh);
  return fresh;
}

function madeId(kind: string, name: string, json: string, { content, part }: PartPlace): string {
  const source = [kind, String(content), String(part), name, json].join('|');
  const digest = createHash('sha256').update(source).digest();
  return `call_${digest.toString('hex', 0, ID_BYTES)}`;
}

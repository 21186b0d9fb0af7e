/** One run: all conversations at once over one kind of client. */
import { ChatClient, CHAT_OPENING } from './chat-client.ts';
import { Conversation } from './client.ts';
import { CONVERSATIONS, question, toolOutput, TURNS } from './plan.ts';
import { MODEL, startAlone, startPool, type Pool } from './pool.ts';
import { ResponsesClient } from './responses-client.ts';
import { OPENING } from './responses-items.ts';
import { SocketClient } from './socket-client.ts';
import { Tally } from './tally.ts';

/** Kinds of clients; `cold-socket`: without the warm-up. */
export type ClientKind = 'socket' | 'cold-socket' | 'responses' | 'chat';

/** Account of the ideal run, and client key of the others. */
const TOKEN = 'sandbox-1';

/** The conversations over the proxy. `faults`: half-way, two accounts exhausted and a host killed. */
export async function measure(kind: ClientKind, faults: boolean): Promise<Tally> {
  const tally = new Tally();
  return run(kind, faults, tally, await startPool(tally));
}

/** The same straight to one account. */
export async function ideal(kind: ClientKind): Promise<Tally> {
  const tally = new Tally();
  return run(kind, false, tally, await startAlone(tally));
}

async function run(kind: ClientKind, faults: boolean, tally: Tally, pool: Pool): Promise<Tally> {
  try {
    const half = (CONVERSATIONS * TURNS) / 2;
    const onTurn = (ok: boolean): void => {
      tally.endTurn(ok);
      if (faults && tally.doneTurns === half) pool.breakThings();
    };
    await Promise.all(
      Array.from({ length: CONVERSATIONS }, (_, index) =>
        converse(open(kind, pool.origin, index, tally), index, onTurn),
      ),
    );
    return tally;
  } finally {
    await pool.stop();
  }
}

type AnyConversation = Pick<Conversation<unknown>, 'turn' | 'close'>;

async function converse(
  conversation: AnyConversation,
  index: number,
  onTurn: (ok: boolean) => void,
): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const resultOf = (call: number): string => toolOutput(index, turn, call);
    onTurn(await conversation.turn(question(index, turn), resultOf));
  }
  conversation.close();
}

function open(kind: ClientKind, origin: string, index: number, tally: Tally): AnyConversation {
  const key = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  if (kind === 'chat') {
    return new Conversation(new ChatClient(origin, TOKEN, MODEL, key), CHAT_OPENING, tally);
  }
  if (kind === 'responses') {
    return new Conversation(new ResponsesClient(origin, TOKEN, MODEL, key), OPENING, tally);
  }
  const target = { origin, token: TOKEN, model: MODEL, key, warmUp: kind === 'socket' };
  return new Conversation(new SocketClient(target), OPENING, tally);
}

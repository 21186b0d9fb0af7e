/** Upstreams on loopback that are no Codex: Chat Completions, Anthropic Messages, the Gemini API. */
import { answerTurn, FAMILIES, type Family, type FamilyName } from '../../test/support/families.ts';
import { startFakeUpstream, type UpstreamExchange } from '../../test/support/fake-upstream.ts';
import type { TurnOptions } from '../../test/support/turns.ts';
import { FaultPlan, RETRY_AFTER_S, type Fault } from './faults.ts';
import { historyIn } from './histories.ts';
import { promptIn } from './prompt.ts';
import { isTurn, replyTo } from './talk.ts';
import type { Answered, ClientUpstream } from './upstream.ts';

/** Upstreams that are served here. */
export type PlainFamily = Exclude<FamilyName, 'codex'>;

const OVERLOADED: Readonly<Record<PlainFamily, number>> = { chat: 503, claude: 529, gemini: 503 };

/** What of an answer's bytes goes out before it breaks: some of the text, but no whole call. */
const TEXT_SHARE = 0.75;
const CALL_SHARE = 0.4;

/** Starts one; it plays the script of `talk.ts` with `reads` tool calls for each question. */
export async function startFamilyUpstream(
  name: PlainFamily,
  fault: Fault | undefined,
  reads: number,
): Promise<ClientUpstream> {
  const answered: Answered[] = [];
  const asides: string[] = [];
  const problems: string[] = [];
  const ends: (() => Promise<void>)[] = [];
  const plan = new FaultPlan(fault);
  const cleanup = { after: (end: () => Promise<void>) => void ends.push(end) };
  const family = FAMILIES[name];
  const upstream = await startFakeUpstream(cleanup, (call) => {
    const { talk, tools, items, problems: found } = historyIn(name, call.request.json());
    problems.push(...found);
    const { text, toolCall } = replyTo(talk, tools, reads);
    const id = `run${String(call.request.index)}`;
    const turn = { id, text, ...(toolCall !== undefined && { toolCall }) };
    const account = family.account(call);
    if (!isTurn(tools)) {
      asides.push(account);
      return answerTurn(family, call, turn);
    }
    const step = talk.results.length;
    switch (plan.outcome(account, step, toolCall !== undefined)) {
      case 'break':
        return breakTurn(family, call, turn);
      case 'overload':
        return call.json(OVERLOADED[name], family.error(OVERLOADED[name], 'Overloaded'));
      case 'rate':
      case 'limit':
        return call.json(429, family.error(429, 'Slow down'), {
          'retry-after': String(RETRY_AFTER_S),
        });
      case 'answer': {
        const prompt = promptIn(name, call.request.body);
        const transport = 'http' as const;
        answered.push({ account, transport, step, inputItems: items, incremental: false, prompt });
        return answerTurn(family, call, turn);
      }
    }
  });
  return {
    answered,
    asides,
    problems,
    refused: plan.refused,
    sockets: 0,
    origin: upstream.origin,
    close: () => ends.forEach((end) => void end()),
  };
}

/** A stream that is cut in the middle. */
async function breakTurn(family: Family, call: UpstreamExchange, turn: TurnOptions): Promise<void> {
  const bytes = Buffer.from(family.stream(turn));
  const share = turn.toolCall === undefined ? TEXT_SHARE : CALL_SHARE;
  call.sseHead();
  await call.write(bytes.subarray(0, Math.floor(bytes.length * share)));
  call.reset();
}

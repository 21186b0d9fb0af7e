/** Upstreams on loopback that are no Codex: Chat Completions, Anthropic Messages, the Gemini API. */
import { answerTurn, FAMILIES, type FamilyName } from '../../test/support/families.ts';
import { startFakeUpstream } from '../../test/support/fake-upstream.ts';
import { historyIn } from './histories.ts';
import { isTurn, replyTo } from './talk.ts';
import type { Answered, ClientUpstream } from './upstream.ts';

/** Starts one; it plays the script of `talk.ts`. */
export async function startFamilyUpstream(
  name: Exclude<FamilyName, 'codex'>,
): Promise<ClientUpstream> {
  const answered: Answered[] = [];
  const problems: string[] = [];
  const ends: (() => Promise<void>)[] = [];
  const cleanup = { after: (end: () => Promise<void>) => void ends.push(end) };
  const family = FAMILIES[name];
  const upstream = await startFakeUpstream(cleanup, (call) => {
    const history = historyIn(name, call.request.json());
    const { talk, tools, items } = history;
    problems.push(...history.problems);
    if (isTurn(tools)) {
      answered.push({
        account: family.account(call),
        transport: 'http',
        step: talk.results.length,
        inputItems: items,
        incremental: false,
      });
    }
    const { text, toolCall } = replyTo(talk, tools);
    const id = `run${String(call.request.index)}`;
    answerTurn(family, call, { id, text, ...(toolCall !== undefined && { toolCall }) });
  });
  return {
    answered,
    problems,
    sockets: 0,
    origin: upstream.origin,
    close: () => ends.forEach((end) => void end()),
  };
}

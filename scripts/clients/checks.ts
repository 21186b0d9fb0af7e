/** What has to be true of the requests that an upstream saw. Each returns problems. */
import type { ClientKind } from './client.ts';
import type { Outcome } from './faults.ts';
import { keptOf, withoutProofs } from './prompt.ts';
import { PLAIN } from './scenario.ts';
import type { Answered, ClientUpstream } from './upstream.ts';

/** Model requests of one user turn of most scenarios: the tool calls and the final text. */
export const STEPS = PLAIN.reads + 1;

/** Characters of a changed message that are shown. */
const SHOWN_CHARS = 300;

export const wrong = (is: boolean, words: string): string[] => (is ? [words] : []);

/** Each step was answered once: nothing was lost, nothing was paid twice. */
export function steps(answered: readonly Answered[], turns: number, perTurn = STEPS): string[] {
  const wanted = Array.from({ length: turns * perTurn }, (_, index) => index % perTurn).join();
  const seen = answered.map((one) => one.step).join();
  return wrong(seen !== wanted, `answered steps ${seen} instead of ${wanted}`);
}

export const all = (answered: readonly Answered[], transport: Answered['transport']): string[] =>
  wrong(
    answered.some((one) => one.transport !== transport),
    `not all went over ${transport}`,
  );

/** Accounts in the order in which they came in. */
export const accountsOf = (answered: readonly Answered[]): string[] => [
  ...new Set(answered.map((one) => one.account)),
];

/** Once, at the step where the fault struck. */
export const moved = (answered: readonly Answered[]): string[] => {
  const moves = answered.filter((one, at) => at > 0 && one.account !== answered[at - 1]?.account);
  return wrong(moves.length !== 1, `the account changed ${moves.length} times instead of once`);
};

export const stayed = (answered: readonly Answered[]): string[] =>
  wrong(accountsOf(answered).length !== 1, 'the account changed');

/** So many tries were refused, all in this way. */
export function refusals(
  { refused }: ClientUpstream,
  outcome: Outcome,
  ...counts: number[]
): string[] {
  const seen = refused.map((one) => `${one.outcome} of ${one.account}`).join();
  const right = counts.includes(refused.length) && refused.every((one) => one.outcome === outcome);
  return wrong(!right, `refused: ${seen} instead of ${counts.join(' or ')} times ${outcome}`);
}

/** Everything but the beginning of a conversation goes as an increment over its socket. */
export function warm(
  answered: readonly Answered[],
  sockets: number,
  { dropsCallIds }: ClientKind,
): string[] {
  const over = all(answered, 'websocket');
  if (dropsCallIds === true) return over;
  return [
    ...over,
    ...wrong(!answered.slice(1).every((one) => one.incremental), 'a whole input was sent again'),
    ...wrong(sockets > 2, `${sockets} upstream sockets`),
  ];
}

/** The requests of one process: each begins with the bytes of the one before. */
export function sameBeginning(answered: readonly Answered[], client: ClientKind): string[] {
  const prompts = answered.map(({ prompt }) =>
    client.dropsProofs && prompt !== undefined ? withoutProofs(prompt) : prompt,
  );
  return prompts.flatMap((prompt, at) => {
    const before = prompts[at - 1];
    if (before === undefined || prompt === undefined) return [];
    const { bytes, kept, change } = keptOf(before, prompt);
    if (change === undefined) return [];
    const [was, is] = change.map((text) => aroundTheChange(text, change));
    return [`request ${at + 1} keeps ${kept} of ${bytes} bytes: ${was} became ${is}`];
  });
}

/** Where the texts begin to differ. */
function aroundTheChange(text: string, [one, other]: [string, string]): string {
  const length = Math.min(one.length, other.length);
  const at = Array.from({ length }, (_, index) => index).find((i) => one[i] !== other[i]) ?? length;
  return JSON.stringify(text.slice(Math.max(at - SHOWN_CHARS / 2, 0), at + SHOWN_CHARS / 2));
}

/** For each request, what of the prompt before it was its beginning; for people. */
export function beginnings(answered: readonly Answered[]): string {
  return answered
    .map(({ prompt, incremental }, at) => {
      if (incremental) return 'increment';
      const before = answered[at - 1]?.prompt;
      if (before === undefined || prompt === undefined) return 'whole';
      const { bytes, kept } = keptOf(before, prompt);
      return `${kept} of ${bytes}`;
    })
    .join(', ');
}

/** What the proxy has to take for one conversation. */
export const conversationsOf = (
  answered: readonly Answered[],
  { resumesAnew }: ClientKind,
): (readonly Answered[])[] =>
  resumesAnew === true ? [answered.slice(0, STEPS), answered.slice(STEPS)] : [answered];

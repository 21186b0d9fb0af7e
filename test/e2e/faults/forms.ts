/** Answers in forms that are unusual and no fault. */
import type { FamilyName } from '../../support/families.ts';
import type { ClientName } from './clients.ts';
import { inPieces, sends, WHOLE, type Fault } from './fault.ts';
import { FRAMINGS, SPLIT_SIZES } from './framings.ts';
import { answerOf, REST } from './wires.ts';

/** Bytes of one event of 8 MiB: real ones hold pictures. */
const LARGE = 'x'.repeat(8 * 1024 * 1024);

/** Clients whose events an upstream writes itself. */
export const FORWARDED: Readonly<Record<FamilyName, ClientName>> = {
  chat: 'chat',
  codex: 'responses',
  claude: 'claude',
  gemini: 'gemini events',
};

/** All of them. */
export const FORMS: readonly Fault[] = [
  ...FRAMINGS.map(({ name, framed }): Fault => ({ name, play: sends(framed), outcome: WHOLE })),
  ...SPLIT_SIZES.map((size): Fault => ({
    name: `pieces of ${String(size)} bytes`,
    play: inPieces(size, answerOf),
    outcome: WHOLE,
  })),
  {
    name: 'an event of 8 MiB',
    play: sends((wire) => wire.withFirst(LARGE)),
    outcome: { is: 'whole', text: LARGE + REST },
    // It takes a second: once translated and once forwarded on each upstream.
    concerns: (upstream, client) => client === 'chat' || client === FORWARDED[upstream],
  },
];

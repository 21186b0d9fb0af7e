/** The contract of `src/front/server/types.ts`: what every server must do. */
import { bodyCases } from './body-cases.ts';
import { listenCases } from './listen-cases.ts';
import { replyCases } from './reply-cases.ts';
import { requestCases } from './request-cases.ts';
import { socketCases } from './socket-cases.ts';
import type { Start } from './harness.ts';

/** Registers all cases for one server. */
export function contract(start: Start): void {
  requestCases(start);
  bodyCases(start);
  replyCases(start);
  listenCases(start);
  socketCases(start);
}

/** What the parts of a front share: settings, routing table, links to the hosts, clocks. */
import type { Access } from './access.ts';
import type { Cors } from './cors.ts';
import type { FrontSettings } from './control.ts';
import type { HostLinks } from './host-links.ts';
import type { Log } from '../observe/log.ts';
import type { Router } from './router.ts';
import type { Ticker } from './ticker.ts';

/** Replaced field by field on reload; requests that run keep what they started with. */
export interface FrontState {
  settings: FrontSettings;
  access: Access;
  cors: Cors;
  readonly router: Router;
  readonly links: HostLinks;
  readonly ticker: Ticker;
  readonly log: Log;
  /** For the one line per request. */
  readonly requestLog: Log;
  /** Unix milliseconds. */
  now(): number;
}

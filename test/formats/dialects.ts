/**
 * The dialects whose every pair the hub's tests walk through. A format adds one entry; its client side
 * writes what its upstream side reads, and the other way round.
 */
import { chatClient, chatUpstream } from '../../src/formats/chat/sides.ts';
import { codexUpstream } from '../../src/formats/codex/sides.ts';
import type { ClientSide, UpstreamSide } from '../../src/formats/hub.ts';
import { responsesClient } from '../../src/formats/responses/sides.ts';

export interface Dialect {
  name: string;
  client: ClientSide;
  upstream: UpstreamSide;
  /** Marks the end of a stream. */
  terminal: RegExp;
  /** Members of a request that its own client side does not read. */
  unread: readonly string[];
}

export const DIALECTS: readonly Dialect[] = [
  {
    name: 'chat',
    client: chatClient,
    upstream: chatUpstream,
    terminal: /^data: \[DONE\]$/gm,
    unread: [],
  },
  {
    name: 'responses',
    client: responsesClient,
    upstream: codexUpstream,
    terminal: /^event: response\.(completed|incomplete)$/gm,
    unread: [],
  },
];

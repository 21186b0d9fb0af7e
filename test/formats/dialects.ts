/**
 * The dialects whose every pair the hub's tests walk through. A format adds one entry; its client side
 * writes what its upstream side reads, and the other way round.
 */
import { chatClient, chatUpstream } from '../../src/formats/chat/sides.ts';
import { claudeClient } from '../../src/formats/claude/client.ts';
import { claudeUpstream } from '../../src/formats/claude/upstream.ts';
import { codexUpstream } from '../../src/formats/codex/sides.ts';
import { geminiClient } from '../../src/formats/gemini/client.ts';
import { geminiUpstream } from '../../src/formats/gemini/upstream.ts';
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
  /** Upstreams get calls without ids: names and order say which result belongs to which. */
  noCallIds?: true;
  /** What upstreams are asked for, where some are told more than unknown ones. */
  model?: string;
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
  {
    name: 'claude',
    client: claudeClient,
    upstream: claudeUpstream,
    terminal: /^event: message_stop$/gm,
    unread: [],
    model: 'claude-opus-4-6',
  },
  {
    name: 'gemini',
    client: geminiClient,
    upstream: geminiUpstream,
    terminal: /"finishReason":/g,
    unread: [],
    noCallIds: true,
  },
];

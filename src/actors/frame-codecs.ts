/**
 * How frames travel: as flat lists, because the names of their members would cost more than their
 * values. One table of positions per direction; both ends run the same build.
 */
import type { FrameCodec } from './ports.ts';
import type { FrontFrame, HostFrame } from './frames.ts';
import type { CredentialId, RequestId, StreamId } from '../ids.ts';
import type { ClientFormat } from '../formats/format.ts';
import type { ContinuitySource, Transport } from '../turn.ts';
import type { TurnFailure, TurnRequest, TurnSummary } from '../turn.ts';
import type { ThinkingCapability } from '../credentials/record.ts';
import type { CredentialState } from '../credentials/state.ts';

type Open = Extract<FrontFrame, { t: 'open' }>;

type FrontWire =
  | readonly [kind: 0, StreamId, CredentialId, credit: number, slot: number, TurnWire]
  | readonly [kind: 1, StreamId, bytes: number]
  | readonly [kind: 2, StreamId];

type TurnWire = readonly [
  RequestId,
  format: ClientFormat,
  path: string,
  requestedModel: string,
  upstreamModels: string[],
  thinking: (string | null)[],
  forcedModel: string | null,
  capabilities: (ThinkingCapability | null)[],
  stream: boolean,
  scope: string,
  cacheKey: string | null,
  headers: string[],
  executionSession: string | null,
  continues: boolean,
  body: Uint8Array,
  streamForm: 'array' | null,
  mayRepeat: boolean,
];

type HostWire =
  | readonly [kind: 0, StreamId, status: number, type: string, string[], ContinuitySource]
  | readonly [kind: 1, StreamId, Uint8Array]
  | readonly [kind: 2, StreamId, SummaryWire]
  | readonly [kind: 3, StreamId, TurnFailure]
  | readonly [kind: 4, CredentialId, CredentialState | null, inFlight: number];

type SummaryWire = readonly [
  status: number,
  upstreamModel: string,
  ContinuitySource,
  usage: readonly [number, number, number, number, number] | null,
  upstreamTtfbMs: number,
  ownMs: number,
  transport: Transport,
  savedBytes: number,
];

/** Front → host: only `open` carries bytes (the request body). */
export const frontFrameCodec: FrameCodec<FrontFrame> = {
  // The front keeps the body: the next candidate may need it.
  movesBytes: false,
  bytesOf: (frame) => (frame.t === 'open' ? frame.turn.body : undefined),
  withBytes: (frame, bytes) =>
    frame.t === 'open' ? { ...frame, turn: { ...frame.turn, body: bytes } } : frame,
  encode(frame): FrontWire {
    switch (frame.t) {
      case 'open':
        return encodeOpen(frame);
      case 'credit':
        return [1, frame.id, frame.bytes];
      case 'cancel':
        return [2, frame.id];
    }
  },
  decode(list) {
    const wire = list as FrontWire;
    switch (wire[0]) {
      case 0: {
        const [, id, credential, credit, slot, turn] = wire;
        return { t: 'open', id, credential, credit, slot, turn: decodeTurn(turn) };
      }
      case 1:
        return { t: 'credit', id: wire[1], bytes: wire[2] };
      case 2:
        return { t: 'cancel', id: wire[1] };
    }
  },
};

/** Host → front: only `data` carries bytes (a piece of the answer). */
export const hostFrameCodec: FrameCodec<HostFrame> = {
  movesBytes: true,
  bytesOf: (frame) => (frame.t === 'data' ? frame.bytes : undefined),
  withBytes: (frame, bytes) => (frame.t === 'data' ? { t: 'data', id: frame.id, bytes } : frame),
  encode(frame): HostWire {
    switch (frame.t) {
      case 'head':
        return [0, frame.id, frame.status, frame.contentType, frame.headers, frame.continuity];
      case 'data':
        return [1, frame.id, frame.bytes];
      case 'end':
        return [2, frame.id, encodeSummary(frame.summary)];
      case 'fail':
        return [3, frame.id, frame.failure];
      case 'status':
        return [4, frame.credential, frame.state, frame.inFlight];
    }
  },
  decode(list) {
    const wire = list as HostWire;
    switch (wire[0]) {
      case 0: {
        const [, id, status, contentType, headers, continuity] = wire;
        return { t: 'head', id, status, contentType, headers, continuity };
      }
      case 1:
        return { t: 'data', id: wire[1], bytes: wire[2] };
      case 2:
        return { t: 'end', id: wire[1], summary: decodeSummary(wire[2]) };
      case 3:
        return { t: 'fail', id: wire[1], failure: wire[2] };
      case 4:
        return { t: 'status', credential: wire[1], state: wire[2], inFlight: wire[3] };
    }
  },
};

function encodeOpen({ id, credential, credit, slot, turn }: Open): FrontWire {
  const own: TurnWire = [
    turn.requestId,
    turn.format,
    turn.path,
    turn.requestedModel,
    turn.upstreamModels,
    turn.thinking,
    turn.forcedModel,
    turn.capabilities,
    turn.stream,
    turn.principal.scope,
    turn.principal.cacheKey ?? null,
    turn.headers,
    turn.executionSession,
    turn.continues,
    turn.body,
    turn.streamForm ?? null,
    turn.mayRepeat ?? false,
  ];
  return [0, id, credential, credit, slot, own];
}

function decodeTurn(wire: TurnWire): TurnRequest {
  const [requestId, format, path, requestedModel, upstreamModels, thinking, forcedModel] = wire;
  return {
    requestId,
    format,
    path,
    requestedModel,
    upstreamModels,
    thinking,
    forcedModel,
    capabilities: wire[7],
    stream: wire[8],
    principal: { scope: wire[9], cacheKey: wire[10] ?? undefined },
    headers: wire[11],
    executionSession: wire[12],
    continues: wire[13],
    body: wire[14],
    ...(wire[15] !== null && { streamForm: wire[15] }),
    ...(wire[16] && { mayRepeat: true }),
  };
}

function encodeSummary(summary: TurnSummary): SummaryWire {
  const { status, upstreamModel, continuity, usage, upstreamTtfbMs, ownMs } = summary;
  const { transport, savedBytes } = summary;
  const counts =
    usage &&
    ([
      usage.inputTokens,
      usage.outputTokens,
      usage.cachedTokens,
      usage.reasoningTokens,
      usage.totalTokens,
    ] as const);
  return [status, upstreamModel, continuity, counts, upstreamTtfbMs, ownMs, transport, savedBytes];
}

function decodeSummary(wire: SummaryWire): TurnSummary {
  const [status, upstreamModel, continuity, counts, upstreamTtfbMs, ownMs] = wire;
  const [, , , , , , transport, savedBytes] = wire;
  const usage = counts && {
    inputTokens: counts[0],
    outputTokens: counts[1],
    cachedTokens: counts[2],
    reasoningTokens: counts[3],
    totalTokens: counts[4],
  };
  const times = { upstreamTtfbMs, ownMs };
  return { status, upstreamModel, continuity, usage, ...times, transport, savedBytes };
}

/**
 * Everything that is decided about one upstream attempt before bytes move: formats, continuity key,
 * request context, request line. Pure, apart from the clock.
 */
import { connectionFor, continuityOf, OVER_HTTP, replayKey } from './conversation-path.ts';
import { SwitchyardError } from '../errors.ts';
import { headerValue } from '../headers.ts';
import { isEditPath } from '../formats/images/paths.ts';
import { forcedModelPair } from '../formats/force-model.ts';
import { pairFor } from '../formats/pairs.ts';
import { isMarked, operatorWishes } from './operator-wishes.ts';
import { countTranslator } from '../formats/token-count.ts';
import { isCompactPath, isCountPath } from '../providers/paths.ts';
import type { Token } from './tokens/keeper.ts';
import type { Connection } from './conversation-path.ts';
import type { Continuity } from './continuity/resolve.ts';
import type { BuildInput, Provider } from '../providers/types.ts';
import type { TurnContext } from './turn-context.ts';
import type { TurnRequest } from '../turn.ts';
import type { SocketRequest } from '../upstream/socket/types.ts';
import type {
  ClientFormat,
  FormatPair,
  ImageContext,
  RequestContext,
  ResponseContext,
  ResponseTranslator,
  UpstreamFormat,
} from '../formats/format.ts';
import type { UpstreamRequest } from '../upstream/types.ts';

/** One attempt, ready to be encoded and sent. */
export interface PreparedTurn {
  readonly clientFormat: ClientFormat;
  readonly upstreamFormat: UpstreamFormat;
  readonly pair: FormatPair;
  readonly context: RequestContext;
  readonly continuity: Continuity;
  /** The client's body. */
  readonly body: Uint8Array;
  /** The upstream is asked to stream. */
  readonly streaming: boolean;
  readonly over: Connection;
  /** Names the conversation whose reasoning is kept here; undefined: the client can carry it. */
  readonly replay: string | undefined;
  upstreamRequest(body: Uint8Array, token: Token): UpstreamRequest;
  /** The handshake of a socket that is opened for this turn; undefined: the provider has none. */
  socketRequest(token: Token): SocketRequest | undefined;
  translator(upstreamBody: Uint8Array): ResponseTranslator;
}

/** Header that marks a Responses-Lite request (codex.md 1.7). */
const LITE_HEADER = 'x-openai-internal-codex-responses-lite';

/**
 * Prepares one attempt of a turn on one upstream model. `maySocket`: its upstream may be asked over a
 * WebSocket.
 * @throws SwitchyardError for bodies whose signals can not be read.
 */
export function prepareTurn(
  owner: TurnContext,
  turn: TurnRequest,
  model: string,
  thinking: string | undefined,
  maySocket = false,
): PreparedTurn {
  const { provider, record } = owner;
  const upstreamFormat = provider.upstreamFormat(
    turn.format,
    turn.path,
    isMarked(record, model, 'image'),
  );
  const image = imageContext(owner, turn);
  const pair = pairOf(turn.format, upstreamFormat, turn.forcedModel);
  const continuity = continuityOf(owner, turn, model);
  const counts = isCountPath(turn.path);
  const streaming = !counts && (turn.stream || pair.alwaysStreams);
  const over = maySocket ? connectionFor(owner, turn, upstreamFormat, continuity) : OVER_HTTP;
  const context: RequestContext = {
    model,
    thinking,
    ...abilityOf(turn, model),
    stream: turn.stream,
    keepRetention: record.keepCacheRetention ?? provider.keepsRetention(record),
    cacheKey: continuity.key,
    lite: headerValue(turn.headers, LITE_HEADER)?.toLowerCase() === 'true',
    ...(over.transport === 'websocket' && { socket: true }),
    ...(image !== undefined && { image }),
    ...operatorWishes(owner, turn, upstreamFormat, model),
    ...(isCompactPath(turn.path) && { compact: record.provider === 'codex' ? 'codex' : 'other' }),
  };
  const input = (token: Token, body: Uint8Array): BuildInput => ({
    record,
    turn,
    model,
    token: token.token,
    accountId: token.accountId,
    format: upstreamFormat,
    body,
    cacheKey: continuity.key,
    streaming,
    proxyUrl: record.proxyUrl === '' ? owner.settings.proxyUrl : record.proxyUrl,
    defaults: owner.settings.codexHeaderDefaults,
  });
  return {
    clientFormat: turn.format,
    upstreamFormat,
    pair,
    context,
    continuity,
    body: turn.body,
    streaming,
    over,
    replay: replayKey(turn, upstreamFormat, model, continuity),
    upstreamRequest: (body, token) => {
      const built = input(token, body);
      return counts ? countRequest(provider, built) : provider.buildRequest(built);
    },
    socketRequest: (token) => provider.socketRequest?.(input(token, NO_BYTES)),
    translator: (upstreamBody) =>
      counts
        ? countTranslator(turn.format, upstreamFormat)
        : pair.response(answerContext(owner, turn, model, upstreamBody)),
  };
}

/** What reading the answer needs to know. */
function answerContext(
  owner: TurnContext,
  turn: TurnRequest,
  upstreamModel: string,
  upstreamBody: Uint8Array,
): ResponseContext {
  const image = imageContext(owner, turn);
  return {
    stream: turn.stream,
    requestedModel: turn.requestedModel,
    upstreamModel,
    requestBody: turn.body,
    upstreamBody,
    nowSeconds: Math.floor(owner.now() / 1000),
    ...(turn.streamForm !== undefined && { streamForm: turn.streamForm }),
    ...(image !== undefined && { image }),
  };
}

/** @throws SwitchyardError `internal`: the front asks only those who can count. */
function countRequest(provider: Provider, input: BuildInput): UpstreamRequest {
  const request = provider.countRequest?.(input);
  if (request !== undefined) return request;
  throw new SwitchyardError('internal', { message: 'this upstream counts no tokens' });
}

/** What the model can do about thinking, if that is known. */
function abilityOf(
  { upstreamModels, capabilities }: TurnRequest,
  model: string,
): Pick<RequestContext, 'capability'> {
  const capability = capabilities[upstreamModels.indexOf(model)];
  return capability ? { capability } : {};
}

const NO_BYTES = new Uint8Array(0);

function imageContext(owner: TurnContext, turn: TurnRequest): ImageContext | undefined {
  if (turn.format !== 'openai-image') return undefined;
  return { edit: isEditPath(turn.path), baseModel: owner.settings.imageBaseModel };
}

function pairOf(
  client: ClientFormat,
  upstream: UpstreamFormat,
  forcedModel: string | null,
): FormatPair {
  const pair = pairFor(client, upstream);
  if (pair === undefined) {
    throw new SwitchyardError('internal', {
      message: `no translation from ${client} to ${upstream}`,
    });
  }
  return forcedModel === null ? pair : forcedModelPair(pair, forcedModel);
}

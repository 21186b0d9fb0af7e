/**
 * The way of a request from its raw body to a routed turn: decode, peek, resolve the model, find the
 * conversation. Every step can refuse; nothing here waits for an actor.
 */
import { AnswerWriter } from './answer-writer.ts';
import { clientTurnHeaders } from './client-headers.ts';
import { ClientTurn } from './client-turn.ts';
import { decodeBody } from './body.ts';
import { formToJson, isForm } from './multipart.ts';
import { isCompactPath } from '../providers/paths.ts';
import { answerCount } from './token-count.ts';
import { peekBody, peekNamed } from './peek.ts';
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import type { AdmittedRequest } from './admitted-request.ts';
import type { FrontState } from './front-state.ts';

/** Takes the raw body and starts the turn. */
export function startTurn(front: FrontState, request: AdmittedRequest, raw: Uint8Array): void {
  const { exchange } = request;
  try {
    const limit = front.settings.limits.maxBodyBytes;
    const decoded = asJson(
      decodeBody(raw, exchange.header('content-encoding'), limit),
      exchange.header('content-type'),
    );
    if (decoded instanceof Promise) {
      decoded.then(
        (body) => proceed(front, request, body),
        (thrown: unknown) => {
          // A client that left was counted when it left.
          if (!exchange.closed) request.onRefused(thrown);
        },
      );
    } else proceed(front, request, decoded);
  } catch (thrown) {
    request.onRefused(toSwitchyardError(thrown));
  }
}

/** Forms reach this place only on routes that take them; every other body is JSON. */
function asJson(
  body: Uint8Array | Promise<Uint8Array>,
  contentType: string | undefined,
): Uint8Array | Promise<Uint8Array> {
  if (!isForm(contentType)) return body;
  if (!(body instanceof Promise)) return formToJson(body, contentType);
  return body.then((decoded) => formToJson(decoded, contentType));
}

function proceed(front: FrontState, request: AdmittedRequest, body: Uint8Array): void {
  const { exchange, surface, principal } = request;
  if (exchange.closed) return;
  try {
    const { named } = request;
    const peek = named === undefined ? peekBody(body) : peekNamed(body, named);
    request.onModel(peek.model);
    if (request.counts === true) {
      answerCount(front, request, peek.model, body);
      return;
    }
    if (peek.stream && isCompactPath(exchange.path)) throw noCompactStream();
    const routed = front.router.route({
      format: surface.format,
      path: exchange.path,
      headers: exchange.headers,
      body,
      members: peek.members,
      model: peek.model,
      ...(named !== undefined && { stream: named.stream }),
      scope: principal.scope,
      nowMs: front.now(),
    });
    const turn = new ClientTurn({
      front,
      routed,
      onDone: request.onDone,
      turn: {
        requestId: request.id,
        format: surface.format,
        path: exchange.path,
        requestedModel: peek.model,
        stream: peek.stream,
        ...(surface.streamForm !== undefined && { streamForm: surface.streamForm }),
        principal,
        headers: clientTurnHeaders(exchange.headers),
        executionSession: null,
        continues: false,
      },
      bodyFor: () => body,
      sink: (grant) =>
        new AnswerWriter(exchange, {
          surface,
          requestId: request.id,
          answers: front.settings.answers,
          ticker: front.ticker,
          stream: peek.stream,
          ownHeaders: request.ownHeaders,
          grant,
        }),
    });
    exchange.onClose = () => turn.clientLeft();
    turn.advance();
  } catch (thrown) {
    request.onRefused(thrown);
  }
}

const noCompactStream = (): SwitchyardError =>
  new SwitchyardError('invalid_request', {
    message: 'Streaming not supported for compact responses',
    param: 'stream',
  });

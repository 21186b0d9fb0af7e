/**
 * The application behind the server: routes, access, limits, simple answers, and one log line per
 * request. Turns are handed to `turn-intake.ts`.
 */
import { bodyTooLarge } from './body-limit.ts';
import { ClientSockets } from './responses-socket/client-sockets.ts';
import { isForm } from './multipart.ts';
import { logTurn, newLedger, NOTHING_DONE, type Ledger } from './ledger.ts';
import { loginPage } from './openai-login/pages.ts';
import { isGeminiPath } from './gemini-paths.ts';
import { geminiModelList, isAnthropic, modelList } from '../routing/model-list.ts';
import { claudeIdHeaders } from './errors/claude.ts';
import { renderError, type ErrorSurface } from './errors/render.ts';
import { OpenRequests } from './open-requests.ts';
import { routeOf, type PathEntry, type TurnRoute } from './routes.ts';
import { startTurn } from './turn-intake.ts';
import { surfaceOf } from './surfaces.ts';
import { SwitchyardError, toSwitchyardError, type ErrorCode } from '../errors.ts';
import type { ClientFormat } from '../formats/format.ts';
import type { Application, BodySink, Exchange, SocketHandlers } from './server/types.ts';
import type { FrontState } from './front-state.ts';
import type { Principal } from '../turn.ts';
import type { TurnReport } from './client-turn.ts';

const JSON_TYPE = ['content-type', 'application/json'];

const HOME = JSON.stringify({
  message: 'Switchyard',
  endpoints: [
    'POST /v1/chat/completions',
    'POST /v1/completions',
    'POST /v1/messages',
    'POST /v1/messages/count_tokens',
    'POST /v1/responses',
    'POST /v1/responses/compact',
    'POST /v1/images/generations',
    'POST /v1/images/edits',
    'GET /v1/models',
    'POST /v1beta/models/{model}:generateContent',
    'POST /v1beta/models/{model}:streamGenerateContent',
    'POST /v1beta/models/{model}:countTokens',
    'GET /v1beta/models',
  ],
});
const HEALTHY = JSON.stringify({ status: 'ok' });

/** One front's request handling. */
export class Front implements Application {
  readonly #state: FrontState;
  readonly #open = new OpenRequests();
  /** Client WebSockets. */
  readonly sockets: ClientSockets;

  constructor(state: FrontState) {
    this.#state = state;
    this.sockets = new ClientSockets(state, this.#open);
  }

  /** Requests, and turns of WebSockets, that have no end yet. */
  get openRequests(): number {
    return this.#open.count;
  }

  onRequest(exchange: Exchange): BodySink | undefined {
    const ledger = newLedger(exchange);
    try {
      return this.#admit(exchange, ledger);
    } catch (thrown) {
      this.#refuse(exchange, ledger, thrown, errorSurfaceOf(exchange));
      return undefined;
    }
  }

  onUpgrade(exchange: Exchange): { handlers: SocketHandlers; headers: string[] } | undefined {
    try {
      return this.sockets.accept(exchange);
    } catch (thrown) {
      this.#refuse(exchange, newLedger(exchange), thrown, 'openai');
      return undefined;
    }
  }

  #admit(exchange: Exchange, ledger: Ledger): BodySink | undefined {
    const { cors } = this.#state;
    const entry = routeOf(exchange.path);
    const ownHeaders = cors.headersFor(exchange.header('origin'));
    if (exchange.method === 'OPTIONS' && ownHeaders.length > 0) {
      exchange.head(204, ownHeaders);
      exchange.end();
      return undefined;
    }
    if (entry === undefined || this.#isDisabled(entry)) throw new SwitchyardError('not_found');
    this.#checkMethod(exchange, entry);
    const principal = entry.guarded ? this.#checkAccess(exchange) : NOBODY;
    if (entry.route.kind !== 'turn') {
      this.#answerSimple(exchange, entry, principal, ownHeaders, ledger);
      return undefined;
    }
    checkMediaType(exchange, entry.route.forms === true);
    return this.#bodySink(exchange, entry.route, principal, ownHeaders, ledger);
  }

  /** Without image generation its endpoints do not exist (codex.md 8.1). */
  #isDisabled({ route }: PathEntry): boolean {
    const { disableImageGeneration } = this.#state.settings;
    return (
      route.kind === 'turn' && route.format === 'openai-image' && disableImageGeneration === 'true'
    );
  }

  #checkMethod(exchange: Exchange, entry: PathEntry): void {
    if (entry.methods.includes(exchange.method)) return;
    throw new SwitchyardError('method_not_allowed', {
      message: `${exchange.path} takes ${entry.methods.join(', ')}`,
    });
  }

  #checkAccess(exchange: Exchange): Principal {
    return this.#state.access.check(exchange);
  }

  #answerSimple(
    exchange: Exchange,
    entry: PathEntry,
    principal: Principal,
    ownHeaders: string[],
    ledger: Ledger,
  ): void {
    const body = this.#simpleBody(entry, exchange, principal);
    exchange.head(200, [...JSON_TYPE, ...ownHeaders]);
    exchange.end(body);
    if (entry.guarded) this.#log(ledger, { ...NOTHING_DONE, status: 200 });
  }

  #simpleBody({ route }: PathEntry, exchange: Exchange, principal: Principal): string {
    const { links, now, router } = this.#state;
    const pool = { table: router.table, states: links.states, nowMs: now() };
    if (route.kind === 'models' || route.kind === 'gemini-models') {
      const { table, states, nowMs } = pool;
      const { kind, model } = route;
      const list =
        kind === 'gemini-models'
          ? geminiModelList(table, states, nowMs, model)
          : modelList(table, states, nowMs, exchange, model);
      if (list === undefined) throw new SwitchyardError('not_found', { message: 'no such model' });
      return JSON.stringify(list);
    }
    if (route.kind === 'login') {
      return JSON.stringify(loginPage(route.page, pool, exchange, principal));
    }
    return route.kind === 'health' ? HEALTHY : HOME;
  }

  #bodySink(
    exchange: Exchange,
    route: TurnRoute,
    principal: Principal,
    ownHeaders: string[],
    ledger: Ledger,
  ): BodySink {
    const { format, named, counts } = route;
    const surface = surfaceOf(format, exchange.query);
    const { maxBodyBytes: limit, maxOpenRequests } = this.#state.settings.limits;
    this.#open.enter(maxOpenRequests);
    const onDone = (report: TurnReport): void => {
      this.#open.leave();
      this.#log(ledger, report);
    };
    const onRefused = (thrown: unknown): void => {
      this.#open.leave();
      this.#refuse(exchange, ledger, thrown, ERROR_SURFACES[format] ?? 'openai');
    };
    exchange.onClose = () => onDone({ ...NOTHING_DONE, status: 499, error: 'cancelled' });
    return {
      limit,
      onBody: (raw) => {
        const began = performance.now();
        startTurn(
          this.#state,
          {
            id: ledger.id,
            exchange,
            surface,
            principal,
            ownHeaders: [...ownHeaders, ...(surface.idHeaders?.(ledger.id) ?? [])],
            ...(named !== undefined && { named }),
            ...(counts !== undefined && { counts }),
            onModel: (model) => (ledger.model = model),
            onDone,
            onRefused,
          },
          raw,
        );
        ledger.ownMs += performance.now() - began;
      },
      onTooLarge: () => onRefused(bodyTooLarge(limit)),
      onTimeout: () => onRefused(new SwitchyardError('request_timeout')),
    };
  }

  #refuse(exchange: Exchange, ledger: Ledger, thrown: unknown, surface: ErrorSurface): void {
    const error = toSwitchyardError(thrown);
    if (error.code === 'internal') this.#state.log.error({ err: error }, 'request failed');
    const own = ACCESS_ERRORS.has(error.code) && surface !== 'claude' ? 'access' : surface;
    const { status, headers, body } = renderError(error, own, ledger.id);
    if (!exchange.closed) {
      const cors = this.#state.cors.headersFor(exchange.header('origin'));
      const id = surface === 'claude' ? claudeIdHeaders(ledger.id) : [];
      const allow = error.code === 'method_not_allowed' ? allowOf(exchange.path) : [];
      exchange.cork(() => {
        exchange.head(status, [...headers, ...id, ...allow, ...cors]);
        exchange.end(body);
      });
    }
    this.#log(ledger, { ...NOTHING_DONE, status, error: error.code });
  }

  #log(ledger: Ledger, report: TurnReport): void {
    logTurn(this.#state.requestLog, ledger, report);
  }
}

/** Errors of refused requests, by client format. */
const ERROR_SURFACES: Partial<Record<ClientFormat, ErrorSurface>> = {
  'openai-response': 'responses',
  gemini: 'gemini',
  claude: 'claude',
};

/** Form of errors before the route is known to be right; lists of models have every caller's. */
function errorSurfaceOf(exchange: Exchange): ErrorSurface {
  const { path } = exchange;
  if (isGeminiPath(path)) return 'gemini';
  if (path.startsWith('/v1/messages')) return 'claude';
  return routeOf(path)?.route.kind !== 'turn' && isAnthropic(exchange) ? 'claude' : 'openai';
}

const NOBODY: Principal = { scope: '', cacheKey: undefined };

/** A 405 has to say what the route takes (RFC 9110, 15.5.6). */
function allowOf(path: string): string[] {
  return ['allow', routeOf(path)?.methods.join(', ') ?? ''];
}

/** These answers have a form of their own (config.md 14), which Claude clients do not know. */
const ACCESS_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'missing_api_key',
  'invalid_api_key',
  'unsafe_example_api_key',
]);

/**
 * Only bodies that can not be JSON are refused: `curl -d` sends a form type by default, and the body
 * itself is checked anyway.
 */
const NEVER_JSON = /^(multipart|image|audio|video)\//i;

function checkMediaType(exchange: Exchange, forms: boolean): void {
  const type = exchange.header('content-type');
  if (forms && isForm(type)) return;
  if (type !== undefined && NEVER_JSON.test(type)) {
    throw new SwitchyardError('unsupported_media_type');
  }
}

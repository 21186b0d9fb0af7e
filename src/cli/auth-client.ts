/** Calls of a login to the provider's login service, through the configured outbound proxy. */
import type { Config } from '../config/types.ts';
import { SwitchyardError, toSwitchyardError } from '../errors.ts';
import { MAX_TOKEN_ANSWER_BYTES } from '../providers/oauth/token-endpoint.ts';
import { UpstreamHttp } from '../upstream/http.ts';
import type { UpstreamRequest } from '../upstream/types.ts';
import { wholeAnswer, type WholeAnswer } from '../upstream/whole-answer.ts';
import type { CliIo } from './io.ts';

/** One answer has this long; nothing is sent twice, because a code can be used once. */
export const ANSWER_LIMIT_MS = 30_000;

/** Sends requests to the login service. Close it at the end. */
export class AuthClient {
  readonly #http: UpstreamHttp;
  readonly #io: CliIo;
  /** Outbound proxy of every request (config.md 2.7). */
  readonly proxyUrl: string;

  constructor(config: Config, io: CliIo) {
    this.#http = new UpstreamHttp({ timeouts: config.upstream, env: io.env });
    this.#io = io;
    this.proxyUrl = config.proxyUrl;
  }

  /** @throws SwitchyardError `login_failed` when no whole answer came */
  async send(request: UpstreamRequest, timeoutMs = ANSWER_LIMIT_MS): Promise<WholeAnswer> {
    const { clock } = this.#io;
    if (!URL.canParse(request.url)) throw loginFailed(`${request.url} is not a URL`);
    try {
      return await wholeAnswer(this.#http, request, {
        timeoutMs,
        maxBytes: MAX_TOKEN_ANSWER_BYTES,
        after: clock.after.bind(clock),
      });
    } catch (thrown) {
      const { host } = new URL(request.url);
      throw loginFailed(`${host} can not be reached: ${toSwitchyardError(thrown).message}`);
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

/** The error of an exchange that gave nothing. */
export const withoutTokens = (reason: string): SwitchyardError =>
  loginFailed(`no tokens were given: ${reason}`);

/** The error of a login that ended without tokens. */
export const loginFailed = (message: string): SwitchyardError =>
  new SwitchyardError('login_failed', { message });

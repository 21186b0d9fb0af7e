/** A login on a page of the provider: listener, pasted address, and the wait for either. */
import { createInterface } from 'node:readline';
import { toSwitchyardError, type SwitchyardError } from '../errors.ts';
import {
  pastedQuery,
  readCallback,
  STATE_BYTES,
  type CallbackAnswer,
  type LoginPage,
  type PageGrant,
} from '../providers/oauth/callback.ts';
import { proofKey, VERIFIER_BYTES } from '../providers/oauth/proof-key.ts';
import { loginFailed } from './auth-client.ts';
import { startCallbackServer, type Awaited, type CallbackServer } from './callback-server.ts';
import type { CliIo } from './io.ts';

/** A person has this long to log in. */
export const LOGIN_LIMIT_MS = 5 * 60_000;

/** After this a terminal is told that the address can be pasted. */
export const PASTE_AFTER_MS = 15_000;

/** How a person logs in on a page. */
export interface BrowserOptions {
  /** Open the page here; else its address is pasted. */
  browser: boolean;
  /** Port of the local listener, 0 = any free one; undefined: the one the page leads back to. */
  callbackPort: number | undefined;
}

/** @throws SwitchyardError `login_failed`, `callback_port_in_use` */
export async function browserGrant(
  io: CliIo,
  page: LoginPage,
  options: BrowserOptions,
): Promise<PageGrant> {
  const { verifier, challenge } = proofKey(io.random(VERIFIER_BYTES));
  const state = Buffer.from(io.random(STATE_BYTES)).toString('hex');
  const { redirectUri } = page;
  const back = new URL(redirectUri);
  const port = options.callbackPort ?? Number(back.port);
  const server = await listenerFor(io, { port, path: back.pathname, state }, options);
  try {
    const listener = server && `http://localhost:${server.port}${back.pathname}`;
    show(io, page.url(challenge, state), options, listener);
    const code = codeOf(await firstAnswer(io, state, options, server));
    return { code, verifier, redirectUri, state };
  } finally {
    await server?.close();
  }
}

/** Where the address is pasted anyway, a busy port is no obstacle. */
async function listenerFor(
  io: CliIo,
  awaited: Awaited,
  { browser }: BrowserOptions,
): Promise<CallbackServer | undefined> {
  try {
    return await startCallbackServer(awaited, io.clock);
  } catch (thrown) {
    if (browser) throw thrown;
    io.note(toSwitchyardError(thrown).message);
    return undefined;
  }
}

function show(
  io: CliIo,
  url: string,
  { browser }: BrowserOptions,
  listener: string | undefined,
): void {
  io.out(`Log in on this page:\n\n${url}\n`);
  if (listener !== undefined) io.out(`Waiting for the answer on ${listener}`);
  if (!browser) {
    io.out('Or paste here the address on which the browser ends (it need not load):');
    return;
  }
  void io.openBrowser(url).then((opened) => {
    if (!opened) io.out('No browser could be opened here: open the address yourself.');
  });
}

/** The first answer of listener or person; rejects when none comes. */
function firstAnswer(
  io: CliIo,
  state: string,
  { browser }: BrowserOptions,
  server: CallbackServer | undefined,
): Promise<CallbackAnswer> {
  return new Promise((resolve, reject) => {
    let stopPaste = (): void => undefined;
    const end = (done: () => void): void => {
      stopLimit();
      stopPaste();
      done();
    };
    const give = (error: SwitchyardError): void => end(() => reject(error));
    const stopLimit = io.clock.after(LOGIN_LIMIT_MS, () =>
      give(loginFailed('nobody logged in within five minutes')),
    );
    void server?.answer.then((answer) => end(() => resolve(answer)));
    const ask = (): void => {
      stopPaste = readPasted(io, state, {
        onAnswer: (answer) => end(() => resolve(answer)),
        onEnd: () => server ?? give(loginFailed('the input ended without an address')),
      });
    };
    if (!browser) ask();
    else if (io.input.isTTY === true) {
      stopPaste = io.clock.after(PASTE_AFTER_MS, () => {
        io.out('Still waiting. You may also paste the address on which the browser ended:');
        ask();
      });
    }
  });
}

/** Reads lines until one is a whole answer; an empty line means: go on waiting. */
function readPasted(
  io: CliIo,
  state: string,
  on: { onAnswer(answer: CallbackAnswer): void; onEnd(): void },
): () => void {
  const lines = createInterface({ input: io.input, crlfDelay: Infinity });
  let stopped = false;
  lines.on('line', (line) => {
    if (stopped || line.trim() === '') return;
    const answer = readCallback(pastedQuery(line), state);
    if (answer.kind !== 'incomplete') return on.onAnswer(answer);
    io.out('This is not the whole address: it has a code and a state. Paste it again:');
  });
  lines.on('close', () => {
    if (!stopped) on.onEnd();
  });
  return () => {
    stopped = true;
    lines.close();
    io.input.unref?.();
  };
}

/** @throws SwitchyardError `login_failed` */
function codeOf(answer: CallbackAnswer): string {
  switch (answer.kind) {
    case 'code':
      return answer.code;
    case 'error':
      throw loginFailed(`the login was refused: ${answer.reason}`);
    case 'state':
    case 'incomplete':
      throw loginFailed('the answer belongs to another login (other state): start again');
  }
}

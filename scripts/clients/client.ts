/** One user of a client program: a home and a working folder of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, type RunResult } from './run.ts';
import type { Program, ProgramName } from './programs.ts';

/** Access key of the proxy. */
export const KEY = 'sk-client-1';

/** What a client has to know about its surroundings. */
export interface Setup {
  /** Of the proxy. */
  port: number;
  home: string;
  model: string;
}

/** How one kind of client is told to use the proxy. */
export interface ClientKind {
  program: ProgramName;
  /** A ChatGPT login brings a token of its own instead of a key. */
  keyless?: true;
  /** A resumed session begins otherwise than it did, which makes it a new conversation. */
  resumesAnew?: true;
  /** Results come back without the ids of their calls, so they never go as increments. */
  dropsCallIds?: true;
  /** Proofs of calls that came without a thought are kept for the last call only. */
  dropsProofs?: true;
  /** Contents by path; from the working folder, or from the home where they begin with `~/`. */
  files(setup: Setup): Record<string, string>;
  env(setup: Setup): Record<string, string>;
  /** Arguments of a new session, or of the next turn of the last one. */
  args(prompt: string, resume: boolean, setup: Setup): string[];
}

/** A client in its folders. */
export class Client {
  readonly #program: Program;
  readonly #kind: ClientKind;
  readonly #setup: Setup;
  readonly #work: string;

  /** `folder`: empty; `files`: what stands in the working folder. */
  constructor(
    program: Program,
    kind: ClientKind,
    folder: string,
    { port, model }: Omit<Setup, 'home'>,
    files: Record<string, string>,
  ) {
    const home = join(folder, 'home');
    this.#program = program;
    this.#kind = kind;
    this.#setup = { port, model, home };
    this.#work = join(folder, 'work');
    for (const [path, text] of Object.entries({ ...files, ...kind.files(this.#setup) })) {
      const place = path.startsWith('~/') ? join(home, path.slice(2)) : join(this.#work, path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    }
    mkdirSync(home, { recursive: true });
  }

  /** Asks for something; `resume`: as the next turn of the last session, in a new process. */
  exec(prompt: string, resume: boolean): Promise<RunResult> {
    const { command, args, path } = this.#program;
    const { home } = this.#setup;
    // OpenCode looks for its settings in `PWD`, which else would be ours.
    const env = { HOME: home, PATH: path, PWD: this.#work, ...this.#kind.env(this.#setup) };
    const own = this.#kind.args(prompt, resume, this.#setup);
    return run(command, [...args, ...own], this.#work, env);
  }
}

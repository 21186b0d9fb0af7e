/** The client programs: where they are, or how npm brings them. */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { install } from './run.ts';

/** Programs that are run. */
export type ProgramName = 'codex' | 'claude' | 'gemini' | 'opencode' | 'qwen';

/** A program that can be started. */
export interface Program {
  command: string;
  /** In front of all others. */
  args: string[];
  /** Value of `PATH`. */
  path: string;
}

interface Source {
  /** Environment variable with the path of a program that is there already. */
  variable: string;
  /** npm package with its release. */
  spec: string;
  /** Path of the program below the packages. */
  file: string;
}

const NATIVE = `${process.platform}-${process.arch}`;

const SOURCES: Readonly<Record<ProgramName, Source>> = {
  codex: { variable: 'CODEX', spec: '@openai/codex@0.169.0', file: '@openai/codex/bin/codex.js' },
  claude: {
    variable: 'CLAUDE',
    spec: '@anthropic-ai/claude-code@2.1.197',
    // What `bin` names only works after the package's install script.
    file: '@anthropic-ai/claude-code/cli-wrapper.cjs',
  },
  gemini: { variable: 'GEMINI', spec: '@google/gemini-cli@0.61.0', file: '.bin/gemini' },
  opencode: {
    variable: 'OPENCODE',
    spec: `opencode-${NATIVE}@1.18.34`,
    file: `opencode-${NATIVE}/bin/opencode`,
  },
  qwen: { variable: 'QWEN', spec: '@qwen-code/qwen-code@0.24.4', file: '.bin/qwen' },
};

/** First release of Node that runs all of them. */
const NODE_MAJOR = 22;
const NODE_PACKAGE = `node-${NATIVE}`;

/** Finds or installs programs, each once. */
export class Programs {
  readonly #folder: string;
  readonly #found = new Map<ProgramName, Promise<Program>>();
  #node: Promise<string> | undefined;

  /** `folder`: for what has to be installed. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws Error where npm can not bring it. */
  provide(name: ProgramName): Promise<Program> {
    const found = this.#found.get(name) ?? this.#find(SOURCES[name]);
    this.#found.set(name, found);
    return found;
  }

  async #find({ variable, spec, file }: Source): Promise<Program> {
    const given = process.env[variable];
    const place = given ?? join(await install(this.#folder, spec), file);
    const inherited = process.env['PATH'] ?? '';
    if (!/\.[cm]?js$/.test(realpathSync(place))) {
      return { command: place, args: [], path: inherited };
    }
    const node = await (this.#node ??= this.#newNode());
    return { command: node, args: [place], path: `${dirname(node)}:${inherited}` };
  }

  /** A Node of its own where ours is too old; `NODE22` names one that is there already. */
  async #newNode(): Promise<string> {
    const given = process.env['NODE22'];
    if (given !== undefined) return given;
    if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
    const packages = await install(this.#folder, `${NODE_PACKAGE}@24`);
    return join(packages, NODE_PACKAGE, 'bin/node');
  }
}

/** Command-line flags: single-dash long flags as in the reference, two dashes as well (config.md 7). */
import { SwitchyardError } from '../errors.ts';

/** What the command line asks for. */
export interface Flags {
  /** Path of the config file; undefined: `config.yaml` in the working directory. */
  config: string | undefined;
  help: boolean;
  version: boolean;
}

/** Text of `--help`. */
export const USAGE = `usage: switchyard [--config FILE]

  --config FILE   configuration file (default: config.yaml in the working directory)
  --version       print the version
  --help          print this text

All flags are also accepted with a single dash.
`;

/**
 * Parses the arguments after the program's name.
 * @throws SwitchyardError `invalid_config` that names the flag at fault.
 */
export function parseFlags(args: readonly string[]): Flags {
  const flags: Flags = { config: undefined, help: false, version: false };
  for (let index = 0; index < args.length; index += 1) {
    const [name, inline] = splitFlag(args[index] ?? '');
    if (name === 'help' || name === 'h') flags.help = true;
    else if (name === 'version') flags.version = true;
    else if (name === 'config') {
      const value = inline ?? args[(index += 1)];
      if (value === undefined || value === '') throw wrong('--config needs a file');
      flags.config = value;
    } else throw wrong(`unknown argument ${args[index] ?? ''}`);
  }
  return flags;
}

function splitFlag(argument: string): [name: string, value: string | undefined] {
  const match = /^--?([a-z][a-z-]*)(?:=(.*))?$/.exec(argument);
  return match === null ? ['', undefined] : [match[1] ?? '', match[2]];
}

function wrong(message: string): SwitchyardError {
  return new SwitchyardError('invalid_config', { message: `${message}\n\n${USAGE}` });
}

/** Reading arguments: flags with one dash or two, values behind `=` or a space (config.md 7). */
import { SwitchyardError } from '../errors.ts';

/** Flags of a command: `flag` stands alone, `value` takes the next argument. */
export type FlagKinds = Readonly<Record<string, 'flag' | 'value'>>;

/** What was said. */
export interface Arguments {
  flags: ReadonlySet<string>;
  values: ReadonlyMap<string, string>;
  /** Arguments without a dash. */
  words: readonly string[];
}

/**
 * Sorts the arguments. `usage`: what an error message ends with.
 * @throws SwitchyardError `invalid_config` that names the argument at fault
 */
export function readArguments(
  args: readonly string[],
  kinds: FlagKinds,
  maxWords: number,
  usage: string,
): Arguments {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const words: string[] = [];
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [, name = '', inline] = /^--?([a-z][a-z-]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === 'flag' && inline === undefined) flags.add(name);
    else if (kind === 'value') {
      const value = inline ?? rest.shift();
      if (!value) throw wrongArgument(`--${name} needs a value`, usage);
      values.set(name, value);
    } else if (!argument.startsWith('-') && words.length < maxWords) words.push(argument);
    else throw wrongArgument(`unknown argument ${argument}`, usage);
  }
  return { flags, values, words };
}

/** The error of a command line that makes no sense. */
export const wrongArgument = (message: string, usage: string): SwitchyardError =>
  new SwitchyardError('invalid_config', { message: `${message}\n\n${usage.trimEnd()}` });

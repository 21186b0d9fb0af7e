/** Runs one command, everything but the proxy itself. */
import { VERSION } from '../version.ts';
import { changeAccount } from './account-change.ts';
import { listAccounts } from './accounts.ts';
import { commandConfig } from './command-config.ts';
import type { Command } from './flags.ts';
import type { CliIo } from './io.ts';
import { login } from './login.ts';
import { importLogins } from './login-import.ts';

/** Resolves with the exit code. @throws SwitchyardError */
export async function runCommand(
  io: CliIo,
  command: Exclude<Command, { name: 'serve' }>,
): Promise<number> {
  switch (command.name) {
    case 'print':
      io.out(command.text.trimEnd());
      return 0;
    case 'version':
      io.out(VERSION);
      return 0;
    case 'login':
      await login(io, await commandConfig(io, command.config), command.options);
      return 0;
    case 'import': {
      const config = await commandConfig(io, command.config);
      return importLogins(io, config, command.path, command.wishes);
    }
    case 'accounts':
      await listAccounts(io, await commandConfig(io, command.config), command.json);
      return 0;
    case 'change':
      await changeAccount(io, await commandConfig(io, command.config), command);
      return 0;
  }
}

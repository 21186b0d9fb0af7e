/** `switchyard login codex|claude`: a login, and the account's file. */
import type { Config } from '../config/types.ts';
import { saveAccount, type AccountProvider, type SavedAccount } from '../credentials/accounts.ts';
import { AuthClient, loginFailed } from './auth-client.ts';
import type { LoginOptions } from './flags.ts';
import type { CliIo } from './io.ts';
import { loginClaude } from './login-claude.ts';
import { loginCodex } from './login-codex.ts';
import type { Login } from './login-result.ts';

type LogIn = (io: CliIo, client: AuthClient, options: LoginOptions) => Promise<Login>;

const LOGINS: Readonly<Record<AccountProvider, LogIn>> = {
  codex: loginCodex,
  claude: loginClaude,
};

/** @throws SwitchyardError `login_failed`, `callback_port_in_use`, `credential_file_failed` */
export async function login(io: CliIo, config: Config, options: LoginOptions): Promise<void> {
  const { provider } = options;
  const { account, detail } = await withClient(io, config, (client) =>
    LOGINS[provider](io, client, options),
  );
  const { email } = account.tokens;
  if (!email) throw loginFailed('the answer names no e-mail, which the account is known by');
  const saved = await saveAccount(config.authDir, { ...account, provider, onlyIfNewer: false });
  report(io, detail === undefined ? email : `${email} (${detail})`, saved);
}

async function withClient<T>(
  io: CliIo,
  config: Config,
  use: (client: AuthClient) => Promise<T>,
): Promise<T> {
  const client = new AuthClient(config, io);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

function report(io: CliIo, who: string, saved: SavedAccount): void {
  const what = saved.outcome === 'added' ? 'Added' : 'Renewed the login of';
  io.out(`${what} ${who}: ${saved.path}`);
  if (saved.disabled) {
    io.out(`It is disabled: switchyard accounts enable ${saved.name}`);
  }
}

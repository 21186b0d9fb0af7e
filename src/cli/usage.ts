/** Texts of `--help`. */

const CONFIG = `  --config FILE        configuration file (default: config.yaml in the working directory)`;

/** Of the program. */
export const USAGE = `usage: switchyard [COMMAND] [--config FILE]

  serve                start the proxy (also without a command)
  login codex|claude   add a Codex or a Claude account, or renew its login
  login import [PATH]  take over the login of another program, or a folder of accounts
  accounts             list the accounts, their state and quota
  accounts enable|disable|remove ACCOUNT

${CONFIG}
  --version            print the version
  --help               print this text, or that of a command

All flags are also accepted with a single dash. The login flags of CLIProxyAPI work as well:
-codex-login, -codex-device-login, -claude-login, -no-browser, -oauth-callback-port N,
-vertex-import FILE, -vertex-import-prefix NAME.
`;

/** Of `login`. */
export const LOGIN_USAGE = `usage: switchyard login codex|claude [--no-browser] [--callback-port N]
       switchyard login codex --device
       switchyard login import [PATH] [--location REGION] [--prefix NAME]

login codex, login claude: logs in with the browser and saves the account in auth-dir. Repeat it
for further accounts; the same account again renews its login and keeps your settings in its file.
  --no-browser         print the address; paste the address you end on, or the code that is shown
  --device             Codex: log in with a code on another machine
  --callback-port N    port of the local listener (default: 1455, claude: 54545)

login import: PATH is the auth.json of the Codex CLI (default: $CODEX_HOME/auth.json, else
~/.codex/auth.json), the .credentials.json of Claude Code, the key of a Google service account
(Vertex AI), a credential file, or a folder of such files.
  --location REGION    Vertex: where the models run (default: the file's, else us-central1)
  --prefix NAME        Vertex: clients may name the models NAME/MODEL

  --no-websockets      Codex: do not prefer upstream WebSockets for a new account
${CONFIG}
`;

/** Of `accounts`. */
export const ACCOUNTS_USAGE = `usage: switchyard accounts [--json]
       switchyard accounts enable|disable|remove ACCOUNT [--yes]

Lists the accounts: state, quota used, end of the access token, last error. A running proxy takes
over what enable, disable and remove change.
  ACCOUNT              e-mail, label, file name or handle, or the beginning of one
  --json               print JSON
  --yes                remove without asking
${CONFIG}
`;

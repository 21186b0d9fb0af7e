/** Claude Code (clients.md 6.1). */
import { KEY, type ClientKind } from '../client.ts';

export const claude: ClientKind = {
  program: 'claude',
  files: () => ({}),
  env: ({ port }) => ({
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
    ANTHROPIC_AUTH_TOKEN: KEY,
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }),
  args: (prompt, resume, { model }) => [
    ...(resume ? ['-c'] : []),
    ...['-p', prompt, '--output-format', 'json', '--allowedTools', 'Bash', '--model', model],
  ],
};

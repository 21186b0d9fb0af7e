/** OpenCode with its bundled provider packages (clients.md 7.1). */
import { join } from 'node:path';
import { KEY, type ClientKind } from '../client.ts';

/** Provider packages; `socket` is `openai` over its WebSocket. */
export type OpencodeProvider = 'openai-compatible' | 'openai' | 'anthropic' | 'google' | 'socket';

export const opencode = (provider: OpencodeProvider): ClientKind => ({
  program: 'opencode',
  ...(provider === 'google' && { dropsCallIds: true }),
  files: ({ port, model }) => {
    const socket = provider === 'socket';
    const version = provider === 'google' ? 'v1beta' : 'v1';
    const options = { baseURL: `http://127.0.0.1:${port}/${version}`, apiKey: KEY };
    // The WebSocket only exists for the provider that is called so.
    const id = socket ? 'openai' : 'proxy';
    const npm = `@ai-sdk/${socket ? 'openai' : provider}`;
    const config = {
      $schema: 'https://opencode.ai/config.json',
      autoupdate: false,
      share: 'disabled',
      model: `${id}/${model}`,
      small_model: `${id}/${model}`,
      permission: 'allow',
      provider: { [id]: { npm, name: 'proxy', options, models: { [model]: { name: model } } } },
    };
    return { 'opencode.json': JSON.stringify(config) };
  },
  env: ({ home }) => ({
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.local/state'),
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    ...(provider === 'socket' && {
      OPENCODE_EXPERIMENTAL_WEBSOCKETS: '1',
      OPENCODE_AUTH_CONTENT: JSON.stringify({ openai: { type: 'api', key: KEY } }),
    }),
  }),
  args: (prompt, resume) => ['run', ...(resume ? ['--continue'] : []), prompt],
});

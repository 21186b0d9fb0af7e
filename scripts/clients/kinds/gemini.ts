/** Gemini CLI and its offspring Qwen Code (clients.md 8.1, 9). */
import { KEY, type ClientKind } from '../client.ts';

const settings = (selectedType: string): string =>
  JSON.stringify({
    security: { auth: { selectedType } },
    general: { disableAutoUpdate: true, enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  });

export const gemini: ClientKind = {
  program: 'gemini',
  files: () => ({ '~/.gemini/settings.json': settings('gemini-api-key') }),
  env: ({ port }) => ({
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    GOOGLE_GEMINI_BASE_URL: `http://127.0.0.1:${port}`,
    GEMINI_API_KEY: KEY,
  }),
  args: (prompt, resume, { model }) => [
    ...['-p', prompt, '--yolo', '-m', model],
    ...(resume ? ['--resume', 'latest'] : []),
  ],
};

/** Protocols of Qwen Code. */
export type QwenMode = 'openai' | 'anthropic' | 'gemini';

export const qwen = (mode: QwenMode): ClientKind => ({
  program: 'qwen',
  // Its first message loses the note with the date.
  resumesAnew: true,
  // It takes blocks of empty thinking out of all messages but the last.
  ...(mode === 'anthropic' && { dropsProofs: true }),
  files: () => ({ '~/.qwen/settings.json': settings(mode) }),
  env: ({ port, model }) => {
    const origin = `http://127.0.0.1:${port}`;
    if (mode === 'gemini') return { GOOGLE_GEMINI_BASE_URL: origin, GEMINI_API_KEY: KEY };
    const name = mode.toUpperCase();
    const base = mode === 'openai' ? `${origin}/v1` : origin;
    return { [`${name}_BASE_URL`]: base, [`${name}_API_KEY`]: KEY, [`${name}_MODEL`]: model };
  },
  args: (prompt, resume, { model }) => [
    ...['-p', prompt, '--yolo', '-m', model],
    ...(resume ? ['--continue'] : []),
  ],
});

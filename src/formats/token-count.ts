/**
 * Answers to requests for a size in tokens: what an upstream counted, in the client's form
 * (translate-openai-claude.md 9.5; translate-gemini-thinking.md 1.7).
 */
import { numberOf } from '../canonical/value.ts';
import { SwitchyardError } from '../errors.ts';
import { parseAnswer } from './body.ts';
import type { ClientFormat, ResponseTranslator, UpstreamFormat } from './format.ts';

/** Formats that ask for a count, and those that give one. */
type CountFormat = 'claude' | 'gemini';

const MEMBER: Readonly<Record<CountFormat, string>> = {
  claude: 'input_tokens',
  gemini: 'totalTokens',
};

/** The answer to Claude clients. */
export const claudeCount = (tokens: number): { input_tokens: number } => ({ input_tokens: tokens });

/** The answer to Gemini clients. */
export const geminiCount = (tokens: number): object => ({
  totalTokens: tokens,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }],
});

const hasCounts = (format: ClientFormat | UpstreamFormat): format is CountFormat =>
  format === 'claude' || format === 'gemini';

/**
 * Reads one upstream's count. The client's own dialect passes as received.
 * @throws SwitchyardError `internal` for a format without counts.
 */
export function countTranslator(
  client: ClientFormat,
  upstream: UpstreamFormat,
): ResponseTranslator {
  if (!hasCounts(client) || !hasCounts(upstream)) {
    throw new SwitchyardError('internal', {
      message: `no token count from ${upstream} to ${client}`,
    });
  }
  return new CountReader(client, upstream);
}

class CountReader implements ResponseTranslator {
  terminal = false;
  readonly usage = undefined;
  readonly #client: CountFormat;
  readonly #upstream: CountFormat;

  constructor(client: CountFormat, upstream: CountFormat) {
    this.#client = client;
    this.#upstream = upstream;
  }

  onEvent(): string {
    return '';
  }

  onBody(body: Uint8Array): Uint8Array | string {
    const tokens = numberOf(parseAnswer(body)[MEMBER[this.#upstream]]);
    if (tokens === undefined) {
      throw new SwitchyardError('upstream_bad_answer', {
        message: 'the upstream gave no token count',
      });
    }
    this.terminal = true;
    if (this.#client === this.#upstream) return body;
    return JSON.stringify(this.#client === 'claude' ? claudeCount(tokens) : geminiCount(tokens));
  }

  onEnd(): string {
    return '';
  }
}

/** The `response` object of a whole answer as JSON text (translate-openai-claude.md 8.5, 9.2). */
import type { CanonicalUsage, FinishReason } from '../../canonical/events.ts';
import type { JsonObject } from '../../canonical/value.ts';
import { echoOf } from './echo.ts';
import { encodeResponsesUsage } from './encode-usage.ts';

/** What the object is made of. */
export interface AnswerFacts {
  id: string;
  /** Unix seconds. */
  created: number;
  model: string;
  /** Undefined: the upstream told no reason, which counts as a normal end. */
  reason: FinishReason | undefined;
  output: readonly JsonObject[];
  usage: CanonicalUsage | undefined;
  /** The client's request. */
  requestBody: Uint8Array;
}

const INCOMPLETE: Partial<Record<FinishReason, string>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
};

/** Was the answer cut off? */
export const isIncomplete = (reason: FinishReason | undefined): boolean =>
  reason !== undefined && INCOMPLETE[reason] !== undefined;

/** Builds the text; request fields are echoed byte for byte. */
export function answerText(facts: AnswerFacts): string {
  const { reason, usage } = facts;
  const cut = reason === undefined ? undefined : INCOMPLETE[reason];
  const head = JSON.stringify({
    id: facts.id,
    object: 'response',
    created_at: facts.created,
    status: cut === undefined ? 'completed' : 'incomplete',
    background: false,
    error: null,
    incomplete_details: cut === undefined ? null : { reason: cut },
    model: facts.model,
  });
  const output = JSON.stringify(facts.output);
  const counts =
    usage === undefined ? '' : `,"usage":${JSON.stringify(encodeResponsesUsage(usage))}`;
  return `${head.slice(0, -1)}${echoOf(facts.requestBody)},"output":${output}${counts}}`;
}

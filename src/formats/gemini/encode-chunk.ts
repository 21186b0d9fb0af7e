/** The frame of a `GenerateContentResponse`, the same for chunks of a stream and whole bodies. */
import type { CanonicalUsage } from '../../canonical/events.ts';
import { encodeUsage } from './encode-usage.ts';

/** Facts about the whole answer. */
export interface AnswerFacts {
  id?: string;
  model: string;
  /** Unix seconds. */
  created?: number;
}

/** One candidate; `parts` and `grounding` are JSON texts. */
export function candidateJson(
  choice: number,
  parts: readonly string[],
  finish?: string,
  grounding?: string,
): string {
  const content = `"content":{"role":"model","parts":[${parts.join(',')}]}`;
  const ends = finish === undefined ? '' : `,"finishReason":${JSON.stringify(finish)}`;
  const pages = grounding === undefined ? '' : `,"groundingMetadata":${grounding}`;
  return `{${content}${ends},"index":${String(choice)}${pages}}`;
}

/** `,"modelVersion":…}`: what stands behind candidates and usage. Built once per answer. */
export function tailJson({ id, model, created }: AnswerFacts): string {
  const createTime = created === undefined ? undefined : new Date(created * 1000).toISOString();
  return `,${JSON.stringify({ modelVersion: model, createTime, responseId: id }).slice(1)}`;
}

/** The whole object. */
export function responseJson(
  candidates: readonly string[],
  usage: CanonicalUsage | undefined,
  tail: string,
): string {
  const counts =
    usage === undefined ? '' : `,"usageMetadata":${JSON.stringify(encodeUsage(usage))}`;
  return `{"candidates":[${candidates.join(',')}]${counts}${tail}`;
}

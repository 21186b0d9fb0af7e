/**
 * Force-mapping (routing.md 3.10): answers name the alias instead of the upstream's model. Works on
 * the upstream's events, before any translation, so it serves every format alike.
 */
import type { FormatPair, ResponseContext, ResponseTranslator, SseEvent } from './format.ts';

type JsonObject = Record<string, unknown>;

const MODEL_FIELDS = ['model', 'modelVersion'];

/** The same pair with every model name of its answers replaced. */
export function forcedModelPair(pair: FormatPair, alias: string): FormatPair {
  return {
    ...pair,
    response: (context) => forcedTranslator(pair, withAlias(context, alias), alias),
  };
}

/** Encoders show one of these names where the upstream's answer has none. */
function withAlias(context: ResponseContext, alias: string): ResponseContext {
  return { ...context, requestedModel: alias, upstreamModel: alias };
}

function forcedTranslator(
  pair: FormatPair,
  context: ResponseContext,
  alias: string,
): ResponseTranslator {
  const inner = pair.response(context);
  return {
    onEvent: (event) => inner.onEvent(renamed(event, alias)),
    onBody: (body) => {
      const json = JSON.parse(Buffer.from(body).toString('utf8')) as unknown;
      return inner.onBody(Buffer.from(JSON.stringify(withModel(json, alias)), 'utf8'));
    },
    onEnd: () => inner.onEnd(),
    get terminal() {
      return inner.terminal;
    },
    get complete() {
      return inner.complete ?? false;
    },
    get usage() {
      return inner.usage;
    },
  };
}

/** The received bytes are dropped with the name they hold. */
function renamed({ event, data, json, raw }: SseEvent, alias: string): SseEvent {
  const changed = withModel(json, alias);
  if (changed === json) return { event, data, json, raw };
  return { event, data: JSON.stringify(changed), json: changed };
}

/** A copy with the model fields set where they exist; the same value when there are none. */
function withModel(json: unknown, alias: string): unknown {
  if (!isObject(json)) return json;
  let result = withOwnModel(json, alias);
  for (const nested of ['response', 'message']) {
    const inner = json[nested];
    if (!isObject(inner)) continue;
    const changed = withOwnModel(inner, alias);
    if (changed !== inner) result = { ...result, [nested]: changed };
  }
  return result;
}

function withOwnModel(object: JsonObject, alias: string): JsonObject {
  const fields = MODEL_FIELDS.filter((field) => field in object);
  if (fields.length === 0) return object;
  return { ...object, ...Object.fromEntries(fields.map((field) => [field, alias])) };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

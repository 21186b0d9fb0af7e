/** From the model name of a request to the entry of the routing table (routing.md 3.1 to 3.5). */
import { imageOnlyModel, splitSuffix, withSuffix } from './model-name.ts';
import { newestModel, type States } from './marks.ts';
import { SwitchyardError } from '../errors.ts';
import type { RoutedModel, RoutingTable } from './table.ts';

/** A name that was understood. */
export interface ResolvedModel {
  model: RoutedModel;
  /** The name after `auto` was replaced, with prefix and suffix. */
  routeModel: string;
  /** Thinking suffix of the request; null = none. */
  suffix: string | null;
}

/** What resolution depends on beside the name. */
export interface ResolveContext {
  table: RoutingTable;
  states: States;
  /** The client's path. */
  path: string;
  unknownModelStatus: 400 | 502;
  nowMs: number;
}

const AUTO = 'auto';
const IMAGE_PATH = '/images/';

/**
 * Finds the model. An id that is registered with a suffix is found by the full name, every other by
 * the name without it; `provider://model` is a key of its own in the table.
 * @throws SwitchyardError `image_model_on_text_route`, `unknown_model`.
 */
export function resolveModel(requested: string, context: ResolveContext): ResolvedModel {
  const { table } = context;
  const asked = splitSuffix(requested);
  const base = asked.base === AUTO ? autoBase(context) : asked.base;
  const routeModel = withSuffix(base, asked.suffix);
  const image = imageOnlyModel(base);
  if (image !== undefined && !context.path.includes(IMAGE_PATH)) throw imageModel(image);
  const model = table.models.get(routeModel) ?? table.models.get(base);
  if (model === undefined) {
    throw new SwitchyardError('unknown_model', {
      message: `unknown provider for model ${requested}`,
      status: context.unknownModelStatus,
      param: 'model',
    });
  }
  return { model, routeModel, suffix: asked.suffix };
}

function autoBase({ table, states, nowMs }: ResolveContext): string {
  return newestModel(table, states, nowMs) ?? AUTO;
}

function imageModel(name: string): SwitchyardError {
  return new SwitchyardError('image_model_on_text_route', {
    message: `model ${name} is only supported on /v1/images/generations and /v1/images/edits`,
  });
}

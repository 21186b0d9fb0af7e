/** From the model name of a request to the entry of the routing table (routing.md 3.1 to 3.5). */
import { imageOnlyModel, splitSuffix, withSuffix } from './model-name.ts';
import { isImagePath } from '../formats/images/paths.ts';
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
  /** An image is wanted: only some offers of the model can make one. */
  images: boolean;
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

/**
 * Finds the model. An id that is registered with a suffix is found by the full name, every other by
 * the name without it; `provider://model` is a key of its own in the table.
 * @throws SwitchyardError `image_model_on_text_route`, `unknown_model`, `invalid_request`.
 */
export function resolveModel(requested: string, context: ResolveContext): ResolvedModel {
  const { table } = context;
  const asked = splitSuffix(requested);
  const base = asked.base === AUTO ? autoBase(context) : asked.base;
  const routeModel = withSuffix(base, asked.suffix);
  const images = isImagePath(context.path);
  const image = imageOnlyModel(base);
  if (image !== undefined && !images) throw imageModel(image);
  const model = table.models.get(routeModel) ?? table.models.get(base);
  if (model === undefined) {
    throw new SwitchyardError('unknown_model', {
      message: `unknown provider for model ${requested}`,
      status: context.unknownModelStatus,
      param: 'model',
    });
  }
  if (images && image === undefined && !makesImages(model)) throw textModel(requested);
  return { model, routeModel, suffix: asked.suffix, images };
}

function autoBase({ table, states, nowMs }: ResolveContext): string {
  return newestModel(table, states, nowMs) ?? AUTO;
}

function imageModel(name: string): SwitchyardError {
  return new SwitchyardError('image_model_on_text_route', {
    message: `model ${name} is only supported on /v1/images/generations and /v1/images/edits`,
  });
}

function makesImages(model: RoutedModel): boolean {
  return [...model.offers.values()].some((offer) => offer.images);
}

function textModel(name: string): SwitchyardError {
  return new SwitchyardError('invalid_request', {
    message: `model ${name} makes no images, use gpt-image-2 or a model configured with image: true`,
    param: 'model',
  });
}

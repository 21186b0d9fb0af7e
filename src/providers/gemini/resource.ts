/** Names of models as the Gemini API has them: in paths, and in the bodies of token counts. */

/** Names that say their kind themselves, as Google's own lists write them. */
const WHOLE_NAME = /^(?:models|tunedModels)\//;

/** A part that would lead elsewhere in a path. */
const AWAY = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** The full name of a model. */
export const resourceName = (model: string): string =>
  WHOLE_NAME.test(model) ? model : `models/${model}`;

/** Its place in a path. Relays have names with slashes, which all clients leave as they are. */
export function resourcePath(model: string): string {
  const name = resourceName(model);
  if (AWAY.test(name)) return `models/${encodeURIComponent(model)}`;
  return name.split('/').map(encodeURIComponent).join('/');
}

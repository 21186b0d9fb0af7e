/**
 * The ratio of a picture for the one model that does not read `imageConfig.aspectRatio`
 * (translate-gemini-thinking.md 3; providers.md 2.2): it gets a blank picture of that ratio to paint
 * on, unless the client sent a picture of its own.
 */
import {
  arrayOf,
  isObject,
  objectOf,
  textOf,
  without,
  type JsonObject,
} from '../../canonical/value.ts';
import { blankPng } from './png.ts';
import { either } from './spellings.ts';

const MODEL = 'gemini-2.5-flash-image-preview';

/** Width and height in pixels, as Google documents them for this family. */
const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  ...{ '1:1': [1024, 1024], '2:3': [832, 1248], '3:2': [1248, 832], '3:4': [864, 1184] },
  ...{ '4:3': [1184, 864], '4:5': [896, 1152], '5:4': [1152, 896], '9:16': [768, 1344] },
  ...{ '16:9': [1344, 768], '21:9': [1536, 672] },
};

const INSTRUCTION =
  'Paint inside the picture that follows: keep its size and ratio, and cover its whole area.';

/** Might a body for this model need a canvas? */
export const mayNeedCanvas = (model: string): boolean => model === MODEL;

/** The body with a canvas in front of its first content; the same body when it needs none. */
export function withCanvas(body: JsonObject): JsonObject {
  const config = objectOf(body.generationConfig);
  const ratio = textOf(objectOf(config.imageConfig).aspectRatio);
  const contents = arrayOf(body.contents);
  if (ratio === '') return body;
  const size = SIZES[ratio];
  const rest = without(config, 'imageConfig');
  if (size === undefined || contents.some(holdsData)) return { ...body, generationConfig: rest };
  const [first, ...others] = contents;
  const data = blankPng(...size).toString('base64');
  const canvas = [{ text: INSTRUCTION }, { inlineData: { mimeType: 'image/png', data } }];
  const content = objectOf(first);
  return {
    ...body,
    contents: [
      { role: 'user', ...content, parts: [...canvas, ...arrayOf(content.parts)] },
      ...others,
    ],
    generationConfig: { ...rest, responseModalities: ['IMAGE', 'TEXT'] },
  };
}

const holdsData = (content: unknown): boolean =>
  arrayOf(objectOf(content).parts).some(
    (part) => isObject(part) && isObject(either(part, 'inlineData', 'inline_data')),
  );

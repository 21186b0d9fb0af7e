/** Images for clients: one JSON body, or the events of a stream (codex.md 8.1). */
import { SwitchyardError } from '../../errors.ts';
import { stringOf, type JsonObject } from '../../canonical/value.ts';
import { memberOf, readString, scanObject } from '../../json/scan.ts';
import { imageUrl } from '../codex/images.ts';
import type { ResponseContext } from '../format.ts';
import { dataFrame } from '../sse/frame.ts';

/** How one client wants its images. */
export interface ImageStyle {
  /** Data URLs instead of plain base64. */
  readonly urls: boolean;
  /** What the names of events begin with. */
  readonly prefix: 'image_generation' | 'image_edit';
}

/** Reads what the client asked for. */
export function styleOf(context: ResponseContext): ImageStyle {
  const body = context.requestBody;
  const member = memberOf(scanObject(body), 'response_format');
  const format = member && readString(body, member.valueStart, member.valueEnd);
  return {
    urls: format === 'url',
    prefix: context.image?.edit === true ? 'image_edit' : 'image_generation',
  };
}

/** `{"b64_json":…}` or `{"url":…}`; `source` tells the `output_format`. */
function dataOf(base64: string, source: JsonObject, style: ImageStyle): JsonObject {
  return style.urls ? { url: imageUrl(base64, source) } : { b64_json: base64 };
}

/** A preview. */
export function partialFrame(event: JsonObject, base64: string, style: ImageStyle): string {
  const type = `${style.prefix}.partial_image`;
  const { partial_image_index: index } = event;
  const data = { type, partial_image_index: index, ...dataOf(base64, event, style) };
  return dataFrame(type, JSON.stringify(data));
}

/** A finished image. */
export function completedFrame(image: JsonObject, style: ImageStyle, usage: unknown): string {
  const type = `${style.prefix}.completed`;
  const data = dataOf(stringOf(image.result) ?? '', image, style);
  return dataFrame(type, JSON.stringify({ type, ...data, usage }));
}

/** The answer of a client that does not stream; `created` in Unix seconds. */
export function wholeAnswer(
  images: readonly JsonObject[],
  style: ImageStyle,
  created: number,
  usage: unknown,
): string {
  const [first = {}] = images;
  const { background, output_format, quality, size } = first;
  const data = images.map((image) => ({
    ...dataOf(stringOf(image.result) ?? '', image, style),
    revised_prompt: stringOf(image.revised_prompt),
  }));
  return JSON.stringify({ created, data, background, output_format, quality, size, usage });
}

/** The answer ended without an image: only this turn is concerned. */
export const noImage = (): SwitchyardError =>
  new SwitchyardError('upstream_bad_answer', {
    message: 'upstream did not return image output',
  });

/** The upstream's stream ended before its last event. */
export const cutOff = (): SwitchyardError =>
  new SwitchyardError('upstream_incomplete_stream', {
    status: 504,
    message: 'stream error: stream disconnected before the image was complete',
  });

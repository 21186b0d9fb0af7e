/** Upstream answers with images, small enough to read in a failed assertion. */
import { dataFrame } from '../../src/formats/sse/frame.ts';

/** Base64 of a PNG's first bytes: enough where nobody decodes it. */
export const PNG = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
export const PNG_URL = `data:image/png;base64,${PNG}`;

/** What the image tool itself used. */
export const IMAGE_USAGE = { input_tokens: 11, output_tokens: 22, total_tokens: 33 };

/** What a test may choose about an answer. */
export interface ImageTurn {
  /** Base64 of the finished images; default one. */
  images?: string[];
  /** Base64 of the previews. */
  partials?: string[];
  /** Does the terminal event repeat the output? Codex leaves it empty. */
  repeat?: boolean;
}

type Json = Record<string, unknown>;

/** Events of a Codex answer made by the hosted image tool. */
export function imageEvents({ images = [PNG], partials = [], repeat }: ImageTurn = {}): Json[] {
  const items = images.map((result, index) => ({
    id: `ig_${String(index)}`,
    type: 'image_generation_call',
    status: 'completed',
    background: 'opaque',
    output_format: 'png',
    quality: 'high',
    size: '1024x1024',
    revised_prompt: 'a small red fox',
    result,
  }));
  const response = { id: 'resp_1', model: 'gpt-5.4-mini', created_at: 1_760_000_000 };
  const usage = { input_tokens: 100, output_tokens: 5, total_tokens: 105 };
  return [
    { type: 'response.created', response: { ...response, output: [] } },
    ...partials.map((base64, index) => ({
      type: 'response.image_generation_call.partial_image',
      item_id: 'ig_0',
      output_index: 0,
      partial_image_index: index,
      partial_image_b64: base64,
      output_format: 'png',
    })),
    ...items.map((item, index) => ({
      type: 'response.output_item.done',
      output_index: index,
      item,
    })),
    {
      type: 'response.completed',
      response: {
        ...response,
        output: repeat === true ? items : [],
        usage,
        tool_usage: { image_gen: IMAGE_USAGE },
      },
    },
  ];
}

/** The same as SSE text. */
export const imageSse = (turn?: ImageTurn): string =>
  imageEvents(turn)
    .map((event) => dataFrame(String(event.type), JSON.stringify(event)))
    .join('');

/** A part of a form: a field, or a file when it has a type. */
export interface FormPart {
  name: string;
  value: string | Buffer;
  type?: string;
}

/** The bytes of a form. */
export function formBody(boundary: string, parts: readonly FormPart[]): Buffer {
  const pieces = parts.flatMap(({ name, value, type }) => {
    const file = type === undefined ? '' : `; filename="${name}.bin"\r\ncontent-type: ${type}`;
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')];
  });
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

/**
 * Forms of image edits (`multipart/form-data`, RFC 7578) as the JSON body that the same request
 * would have (codex.md 8.1): files become data URLs, number and switch fields become JSON values.
 * From here on nothing else knows about forms.
 */
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { joinedForm, type FormFile } from './form-json.ts';
import { SwitchyardError } from '../errors.ts';

/** Fields that are no file; the API has a dozen. */
export const MAX_FORM_FIELDS = 64;

/** Files: 16 images and a mask are what the API takes, one more shows that there are too many. */
export const MAX_FORM_FILES = 18;

/** Bytes of one field; prompts have at most 32,000 characters, an image may come as its address. */
export const MAX_FIELD_BYTES = 16 * 1024 * 1024;

/** Bytes of a field's name, and pairs and bytes of a part's head. */
const HEAD_LIMITS = { fieldNameSize: 100, headerPairs: 32, headerSize: 16 * 1024 };

const FORM = /^multipart\/form-data\s*(;|$)/i;

/** Does the header `content-type` announce a form? */
export function isForm(contentType: string | undefined): contentType is string {
  return contentType !== undefined && FORM.test(contentType.trim());
}

/**
 * The form as JSON.
 * @throws SwitchyardError `invalid_request` (as a rejection) for a form that is broken, has too many
 * parts, or a field with a wrong value.
 */
export async function formToJson(body: Uint8Array, contentType: string): Promise<Uint8Array> {
  const fields: [name: string, value: string][] = [];
  const files: FormFile[] = [];
  await new Promise<void>((resolve, reject) => {
    const refuse = (cause: unknown): void => reject(brokenForm(cause));
    try {
      const parser = parserOf(contentType);
      parser.on('field', (name, value, _nameCut, cut) => {
        if (cut) refuse(new Error(`the field ${name} is too long`));
        fields.push([name, value]);
      });
      parser.on('file', (name, stream, _filename, _encoding, type) => {
        // An empty name is all that a part without one has.
        files.push(received(name ?? '', type, stream, refuse));
      });
      parser.on('fieldsLimit', () => refuse(new Error('it has too many fields')));
      parser.on('filesLimit', () => refuse(new Error('it has too many files')));
      parser.on('error', refuse);
      parser.on('finish', () => resolve());
      parser.end(body);
    } catch (thrown) {
      refuse(thrown);
    }
  });
  return joinedForm(fields, files);
}

function parserOf(contentType: string) {
  return new Busboy({
    headers: { 'content-type': contentType },
    limits: {
      ...HEAD_LIMITS,
      fields: MAX_FORM_FIELDS,
      files: MAX_FORM_FILES,
      fieldSize: MAX_FIELD_BYTES,
    },
  });
}

/** The chunks are views of the body: nothing is copied. */
function received(
  name: string,
  type: string,
  stream: BusboyFileStream,
  refuse: (cause: unknown) => void,
): FormFile {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', refuse);
  return { name, type, chunks };
}

function brokenForm(cause: unknown): SwitchyardError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SwitchyardError('invalid_request', {
    message: `the multipart/form-data body could not be read: ${why}`,
    cause,
  });
}

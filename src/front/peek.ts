/**
 * The few facts the front needs from a request body, read by the top-level scanner: the body itself
 * is never parsed here.
 */
import { parseValue, readString, scanObject, textOf } from '../json/scan.ts';
import { SwitchyardError } from '../errors.ts';
import type { Member } from '../json/members.ts';

/** A body's routing facts. */
export interface Peek {
  members: Member[];
  /** As the client spelled it; never empty. */
  model: string;
  /** Only JSON `true` asks for a stream (codex.md 3.2). */
  stream: boolean;
}

const TRUE = 'true';

/** Characters of a model name: names travel in logs, errors and keys of bindings. */
export const MAX_MODEL_CHARS = 512;

/**
 * Reads model and stream flag.
 * @throws SwitchyardError `invalid_json`, `invalid_request`, `missing_model`.
 */
export function peekBody(body: Uint8Array): Peek {
  const members = scanObject(body);
  let model: string | undefined;
  let stream = false;
  for (const member of members) {
    if (member.key === 'model') model = modelOf(body, member);
    else if (member.key === 'stream') stream = isTrue(body, member);
  }
  if (model === undefined || model.trim() === '') {
    throw new SwitchyardError('missing_model', { param: 'model' });
  }
  return { members, model, stream };
}

/**
 * The same for routes that say model and form in their path.
 * @throws SwitchyardError `invalid_json`, `invalid_request`.
 */
export function peekNamed(body: Uint8Array, { model, stream }: NamedModel): Peek {
  checkModelName(model);
  return { members: scanObject(body), model, stream };
}

/** What a path says about its turn. */
export type NamedModel = Omit<Peek, 'members'>;

/**
 * A model as the client spelled it; undefined for null.
 * @throws SwitchyardError `invalid_request` for no string, or one that is too long.
 */
export function modelOf(body: Uint8Array, member: Member): string | undefined {
  const model = readString(body, member.valueStart, member.valueEnd);
  if (model === undefined) {
    if (parseValue(body, member) === null) return undefined;
    throw badModel('model must be a string');
  }
  checkModelName(model);
  return model;
}

/** @throws SwitchyardError `invalid_request` for a name that is too long. */
export function checkModelName(model: string): void {
  if (model.length <= MAX_MODEL_CHARS) return;
  throw badModel(`model must have at most ${MAX_MODEL_CHARS} characters`);
}

function badModel(message: string): SwitchyardError {
  return new SwitchyardError('invalid_request', { message, param: 'model' });
}

function isTrue(body: Uint8Array, member: Member): boolean {
  if (member.valueEnd - member.valueStart !== TRUE.length) return false;
  return textOf(body, member.valueStart, member.valueEnd) === TRUE;
}

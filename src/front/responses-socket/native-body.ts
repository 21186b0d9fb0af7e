/** The body of a turn whose upstream keeps the conversation itself (codex.md 3.6, pass-through). */
import { applyEdits, ObjectEdits } from '../../json/edits.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { SwitchyardError } from '../../errors.ts';
import type { ClientFrame } from './frame.ts';

/**
 * The frame with a model and `stream`; every other byte stays. `model`: that of the frame before.
 * @throws SwitchyardError `missing_model`.
 */
export function nativeBody(frame: ClientFrame, model: string | undefined): Uint8Array {
  const { data, members } = frame;
  const edits = new ObjectEdits(data, members, closingBrace(data));
  if (frame.model === undefined) edits.set('model', JSON.stringify(knownModel(model)));
  edits.set('stream', 'true');
  return applyEdits(data, edits.edits());
}

/** @throws SwitchyardError `missing_model`. */
export function knownModel(model: string | undefined): string {
  if (model === undefined || model === '') {
    const message = 'missing model in response.create request';
    throw new SwitchyardError('missing_model', { message, param: 'model' });
  }
  return model;
}

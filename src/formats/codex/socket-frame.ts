/** The one frame that asks a turn over an upstream WebSocket (codex.md 2.3). */
import { ObjectEdits, applyEdits } from '../../json/edits.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import type { ScannedRequest } from './input-chain.ts';

/** How much of the conversation travels. */
export type FrameExtent =
  /** All of the body as the client meant it, its own `previous_response_id` included. */
  | { kind: 'client' }
  /** All items, after nothing. */
  | { kind: 'full' }
  /** What stands at and behind the offset `from`, after an answer of this socket. */
  | { kind: 'increment'; from: number; previousResponseId: string };

/** The frame's bytes. `warmUp`: a client's `generate: false` is kept. */
export function socketFrame(
  scan: ScannedRequest,
  extent: FrameExtent,
  warmUp: boolean,
): Uint8Array {
  const { body, members, input } = scan;
  const edits = new ObjectEdits(body, members, closingBrace(body));
  edits.set('type', '"response.create"');
  if (!warmUp) edits.remove('generate');
  if (extent.kind === 'full') edits.remove('previous_response_id');
  if (extent.kind === 'increment' && input !== undefined) {
    edits.set('previous_response_id', JSON.stringify(extent.previousResponseId));
    edits.inside({ start: input.valueStart + 1, end: extent.from, text: '' });
  }
  return applyEdits(body, edits.edits());
}

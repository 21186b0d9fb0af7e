/** Ids of client requests: eight random hex characters, taken from a block of random bytes. */
import { randomFillSync } from 'node:crypto';
import { requestId, type RequestId } from '../ids.ts';

const ID_BYTES = 4;
/** A call for random bytes costs more than 1,000 ids. */
const BLOCK_BYTES = 1024 * ID_BYTES;

const block = Buffer.alloc(BLOCK_BYTES);
let next = BLOCK_BYTES;

/** A new id. */
export function newRequestId(): RequestId {
  if (next >= BLOCK_BYTES) {
    randomFillSync(block);
    next = 0;
  }
  const id = block.toString('hex', next, next + ID_BYTES);
  next += ID_BYTES;
  return requestId(id);
}

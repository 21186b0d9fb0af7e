/** The pair Responses client → upstream that speaks Responses itself: bytes through (design 4). */
import type { FormatPair } from '../format.ts';
import { compactBody } from './compact.ts';
import { editedBody } from './common-edits.ts';
import { forwardResponses } from './forward.ts';

/** Streams when the client does. */
export const responsesToResponses: FormatPair = {
  alwaysStreams: false,
  encodeRequest: (body, context) =>
    context.compact === undefined ? editedBody(body, context) : compactBody(body, context),
  response: forwardResponses,
};

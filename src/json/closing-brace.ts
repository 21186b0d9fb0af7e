/** Where new members of a whole body go. */

const CLOSE_BRACE = 0x7d;

/** Offset of the brace that ends a body; {@link scanObject} has checked that it is there. */
export const closingBrace = (body: Uint8Array): number => body.lastIndexOf(CLOSE_BRACE);

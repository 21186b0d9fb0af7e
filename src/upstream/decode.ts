/**
 * Removes the content coding of an answer, piece by piece. No answer should have one, because none
 * is asked for unless the request's headers do; some gateways compress all the same.
 */
import * as zlib from 'node:zlib';
import type { Transform } from 'node:stream';
import { SwitchyardError } from '../errors.ts';

/** Decoded bytes of one answer: far above real ones (tens of MiB with images), far below harm. */
export const MAX_DECODED_BYTES = 512 * 1024 * 1024;

/** Where decoded bytes go. After `onDecodeEnd` or `onDecodeError` nothing else is called. */
export interface DecodeSink {
  onDecoded(chunk: Uint8Array): void;
  onDecodeEnd(): void;
  onDecodeError(error: SwitchyardError): void;
  /** The decoder has enough input (true), or wants more (false). */
  onCongestion(congested: boolean): void;
}

/** Events of a stream must not wait inside the decoder for the next ones. */
const FLUSH = { flush: zlib.constants.Z_SYNC_FLUSH };
const BROTLI_FLUSH = { flush: zlib.constants.BROTLI_OPERATION_FLUSH };

/** In Node from 22.15 on. Not worth a decoder in JavaScript: nobody asks an upstream for it. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

/** One answer's decoder. */
export class BodyDecoder {
  readonly #stream: Transform;
  readonly #sink: DecodeSink;
  readonly #maxBytes: number;
  #bytes = 0;

  /**
   * `coding`: value of content-encoding in lower case; `first`: the first bytes of the body.
   * @throws SwitchyardError `upstream_bad_answer` for unknown codings.
   */
  constructor(coding: string, first: Uint8Array, sink: DecodeSink, maxBytes = MAX_DECODED_BYTES) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
    this.#stream = decoderFor(coding, first);
    this.#stream.on('data', (chunk: Uint8Array) => this.#onData(chunk));
    this.#stream.on('drain', () => sink.onCongestion(false));
    this.#stream.once('end', () => sink.onDecodeEnd());
    this.#stream.once('error', (error) => sink.onDecodeError(badBody(error.message)));
  }

  write(chunk: Uint8Array): void {
    if (!this.#stream.write(chunk)) this.#sink.onCongestion(true);
  }

  /** No more input; the sink's `onDecodeEnd` follows. */
  end(): void {
    this.#stream.end();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #onData(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes <= this.#maxBytes) return this.#sink.onDecoded(chunk);
    this.#stream.destroy();
    this.#sink.onDecodeError(badBody(`it has more than ${this.#maxBytes} bytes`));
  }
}

function decoderFor(coding: string, first: Uint8Array): Transform {
  if (coding === 'gzip' || coding === 'x-gzip') return zlib.createGunzip(FLUSH);
  if (coding === 'br') return zlib.createBrotliDecompress(BROTLI_FLUSH);
  if (coding === 'deflate') {
    // Many servers send the bare format instead of the one with a header (RFC 9110, 8.4.1.2).
    const bare = ((first[0] ?? 0) & 0x0f) !== 8;
    return bare ? zlib.createInflateRaw(FLUSH) : zlib.createInflate(FLUSH);
  }
  if (coding === 'zstd' && createZstdDecompress !== undefined) return createZstdDecompress();
  throw new SwitchyardError('upstream_bad_answer', {
    message: `the upstream answered with content-encoding ${coding}, which is not supported`,
  });
}

function badBody(reason: string): SwitchyardError {
  const message = `the upstream's answer could not be decoded: ${reason}`;
  return new SwitchyardError('upstream_bad_answer', { message });
}

/** A call whose answer is read as one text: token endpoints and other small JSON services. */
import type { Caller, UpstreamCall, UpstreamRequest } from './types.ts';

/** An answer that arrived whole. */
export interface WholeAnswer {
  status: number;
  /** Flat pairs. */
  headers: string[];
  body: string;
}

/** Limits of the call. */
export interface WholeAnswerLimits {
  timeoutMs: number;
  /** Bytes of the body. */
  maxBytes: number;
  /** Runs once after that many milliseconds; the result cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Sends the request and reads the whole answer; rejects with what the client reports. */
export function wholeAnswer(
  client: Caller,
  request: UpstreamRequest,
  { timeoutMs, maxBytes, after }: WholeAnswerLimits,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: string[] = [];
    let bytes = 0;
    const chunks: Uint8Array[] = [];
    let call: UpstreamCall | undefined = undefined;
    const give = (message: string): void => {
      reject(new Error(message));
      call?.abort();
    };
    const cancelDeadline = after(timeoutMs, () => give('no answer in time'));
    call = client.call(request, {
      onHead: (code, pairs) => {
        status = code;
        headers = pairs;
        // No events follow: only the limit between two pieces of the body applies.
        call?.markFirstEvent();
      },
      onData: (chunk) => {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) give('the answer is too large');
        else chunks.push(chunk);
      },
      onEnd: () => {
        cancelDeadline();
        resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
      },
      onError: (error) => {
        cancelDeadline();
        reject(error);
      },
    });
  });
}

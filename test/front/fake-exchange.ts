/** An exchange whose socket is a list: what was written, and whether the client keeps up. */
import type { Exchange } from '../../src/front/server/types.ts';

/** See {@link Exchange}; the test plays the socket. */
export class FakeExchange implements Exchange {
  readonly method = 'POST';
  readonly path = '/v1/chat/completions';
  readonly query = '';
  readonly headers: string[];
  readonly peer = '127.0.0.1';
  closed = false;
  headSent = false;
  buffered = 0;
  onDrain: (() => void) | undefined;
  onClose: (() => void) | undefined;

  status = 0;
  sentHeaders: string[] = [];
  /** One entry per write and end. */
  readonly writes: string[] = [];
  ended = false;
  /** Corked groups. */
  corks = 0;
  /** The socket takes no more: writes stay buffered until {@link drain}. */
  slow = false;

  constructor(headers: string[] = []) {
    this.headers = headers;
  }

  /** Everything the client got. */
  get text(): string {
    return this.writes.join('');
  }

  /** The value of a sent header. */
  sent(name: string): string | undefined {
    const index = this.sentHeaders.findIndex((entry, at) => at % 2 === 0 && entry === name);
    return index < 0 ? undefined : this.sentHeaders[index + 1];
  }

  header(name: string): string | undefined {
    const index = this.headers.indexOf(name);
    return index < 0 ? undefined : this.headers[index + 1];
  }

  head(status: number, headers: string[]): void {
    if (this.headSent || this.closed) throw new Error('head came twice, or too late');
    this.headSent = true;
    this.status = status;
    this.sentHeaders = headers;
  }

  write(bytes: Uint8Array | string): boolean {
    if (!this.headSent || this.closed) throw new Error('a write without head, or too late');
    const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
    this.writes.push(text);
    if (this.slow) this.buffered += Buffer.byteLength(text);
    return !this.slow;
  }

  end(bytes?: Uint8Array | string): void {
    if (!this.headSent || this.closed) throw new Error('an end without head, or a second one');
    // As the servers do: an answer that was not begun gets a length.
    const whole = this.writes.length === 0;
    const text = bytes === undefined ? '' : Buffer.from(bytes as string).toString();
    if (whole)
      this.sentHeaders = [...this.sentHeaders, 'content-length', String(Buffer.byteLength(text))];
    if (text !== '') this.writes.push(text);
    this.ended = true;
    this.closed = true;
  }

  abort(): void {
    this.closed = true;
  }

  cork(run: () => void): void {
    this.corks += 1;
    run();
  }

  /** The client read everything. */
  drain(): void {
    this.slow = false;
    this.buffered = 0;
    this.onDrain?.();
  }

  /** The client left. */
  leave(): void {
    this.closed = true;
    this.onClose?.();
  }
}

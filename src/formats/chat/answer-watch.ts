/**
 * Is what a chat upstream sent an answer? Its streams end with `[DONE]`, and some upstreams send that
 * although they broke off (translate-openai-claude.md 9.1, 9.2; P04).
 */
import type { CanonicalEvent } from '../../canonical/events.ts';
import { SwitchyardError } from '../../errors.ts';
import type { HubClient } from '../hub.ts';

/** Watches the events of one answer. */
export class AnswerWatch {
  readonly #client: HubClient;
  readonly #stream: boolean;
  #finished = false;
  #answered = false;

  /** `stream`: the client reads the answer as it comes. */
  constructor(client: HubClient, stream: boolean) {
    this.#client = client;
    this.#stream = stream;
  }

  /**
   * Takes one event, before the client sees it.
   * @throws SwitchyardError `upstream_incomplete_stream` for the end of a stream that held neither
   *   message nor call. Only Responses clients are told: they can ask again.
   */
  see(event: CanonicalEvent): void {
    if (event.type === 'finish') this.#finished = true;
    this.#answered ||= isAnswer(event);
    const isEmpty = event.type === 'end' && !this.#answered;
    if (isEmpty && this.#stream && this.#client === 'openai-response') throw noAnswer();
  }

  /**
   * The upstream closed without `[DONE]`. Responses clients are told so always, others when not even
   * the finish reason came.
   * @throws SwitchyardError `upstream_incomplete_stream`.
   */
  closed(): void {
    if (this.#finished && this.#client !== 'openai-response') return;
    throw incomplete('upstream stream closed before [DONE]');
  }
}

const CONTENT: ReadonlySet<CanonicalEvent['type']> = new Set([
  'text',
  'refusal',
  'tool_call',
  'image',
]);

/** What was cut or refused may have nothing to show, and is an answer nevertheless. */
function isAnswer(event: CanonicalEvent): boolean {
  if (event.type !== 'finish') return CONTENT.has(event.type);
  return event.reason === 'length' || event.reason === 'content_filter';
}

/** The stream is over, but there was no answer in it. */
export const noAnswer = (): SwitchyardError =>
  incomplete('upstream stream closed before a terminal event');

const incomplete = (message: string): SwitchyardError =>
  new SwitchyardError('upstream_incomplete_stream', { status: 502, message });

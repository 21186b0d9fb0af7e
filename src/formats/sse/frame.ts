/** Events back to the text of a stream. */
import type { SseEvent } from '../format.ts';

/** The frame as it was received; built anew only for an event that was changed on the way. */
export function frameOf(event: SseEvent): string {
  return event.raw === undefined ? dataFrame(event.event, event.data) : `${event.raw}\n\n`;
}

/**
 * The comments of an event without data. The rest of it means nothing, and some clients fail on an empty
 * `data:` line (clients.md 4.3).
 */
export function commentsOf({ raw = '' }: SseEvent): string {
  const comments = raw.split('\n').filter((line) => line.startsWith(':'));
  return comments.length === 0 ? '' : `${comments.join('\n')}\n\n`;
}

/** A frame with one `data:` line for every line of the text. */
export function dataFrame(event: string | undefined, data: string): string {
  const lines = data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data;
  return event === undefined ? `data: ${lines}\n\n` : `event: ${event}\ndata: ${lines}\n\n`;
}

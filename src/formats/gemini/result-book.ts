/** Results of chat clients by the id of their call, wherever they stand in the conversation. */
import type { ToolResultPart } from '../../canonical/parts.ts';
import type { Message } from '../../canonical/request.ts';

interface Entry {
  index: number;
  result: ToolResultPart;
}

/** Answers which result belongs to a call. */
export class ResultBook {
  readonly #byId = new Map<string, Entry[]>();

  constructor(messages: readonly Message[]) {
    for (const [index, { role, content }] of messages.entries()) {
      if (role !== 'tool' || typeof content === 'string') continue;
      for (const part of content) {
        if (part.type !== 'tool_result') continue;
        const known = this.#byId.get(part.callId);
        if (known === undefined) this.#byId.set(part.callId, [{ index, result: part }]);
        else known.push({ index, result: part });
      }
    }
  }

  /** The first result behind message `after` that no call has taken yet. */
  take(callId: string, after: number): ToolResultPart | undefined {
    const entries = this.#byId.get(callId) ?? [];
    const place = entries.findIndex(({ index }) => index > after);
    return place < 0 ? undefined : entries.splice(place, 1)[0]?.result;
  }
}

/** Canonical events → `text_completion` chunks (translate-openai-claude.md 9.6). */
import type { CanonicalEvent, CanonicalUsage, FinishEvent } from '../../canonical/events.ts';
import { mergeUsage } from '../../canonical/usage.ts';
import { chatFinishReason } from '../chat/encode-finish.ts';
import { encodeChatUsage } from '../chat/usage.ts';
import type { ResponseContext } from '../format.ts';
import type { StreamEncoder } from '../hub.ts';

const DONE = 'data: [DONE]\n\n';

/** Encodes one answer; only text and the finish have words here. */
export class CompletionStreamEncoder implements StreamEncoder {
  #facts: { id: string; object: string; created: number; model: string };
  #usage: CanonicalUsage | undefined;

  constructor({ requestedModel: model, nowSeconds: created }: ResponseContext) {
    this.#facts = { id: '', object: 'text_completion', created, model };
  }

  write(event: CanonicalEvent): string {
    switch (event.type) {
      case 'start': {
        const { id, created, model } = this.#facts;
        const { id: newId = id, created: newCreated = created, model: newModel = model } = event;
        this.#facts = { ...this.#facts, id: newId, created: newCreated, model: newModel };
        return '';
      }
      case 'text':
      case 'refusal':
        return this.#chunk(event.choice, event.text, null);
      case 'usage':
        this.#usage = mergeUsage(this.#usage, event.usage);
        return '';
      case 'finish':
        return this.#finish(event);
      case 'end':
        return DONE;
      case 'item_start':
      case 'item_done':
      case 'reasoning':
      case 'reasoning_part_done':
      case 'tool_call':
      case 'tool_arguments':
      case 'tool_call_done':
      case 'image':
      case 'web_search':
      case 'citation':
      case 'code_run':
      case 'verbatim':
        return '';
    }
  }

  #finish({ choice, reason, usage }: FinishEvent): string {
    if (usage !== undefined) this.#usage = mergeUsage(this.#usage, usage);
    return this.#chunk(choice, '', chatFinishReason(reason), this.#usage);
  }

  #chunk(index = 0, text: string, reason: string | null, usage?: CanonicalUsage): string {
    const choices = [{ index, text, logprobs: null, finish_reason: reason }];
    const counts = usage === undefined ? undefined : encodeChatUsage(usage);
    return `data: ${JSON.stringify({ ...this.#facts, choices, usage: counts })}\n\n`;
  }
}

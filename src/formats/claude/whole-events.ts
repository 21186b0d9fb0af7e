/**
 * A whole answer of Anthropic as the events of a stream, for clients that asked for one where the
 * upstream did not stream. Nothing is lost: blocks without deltas of their own stand in their start.
 */
import { arrayOf, objectOf, textOf, type JsonObject } from '../../canonical/value.ts';

/** Events in their order, one terminal event last. */
export function wholeEvents(message: JsonObject): JsonObject[] {
  const { content, stop_reason, stop_sequence = null, usage, ...head } = message;
  const start = { ...head, content: [], stop_reason: null, stop_sequence: null, usage };
  return [
    { type: 'message_start', message: start },
    ...arrayOf(content).flatMap((block, index) => blockEvents(objectOf(block), index)),
    { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage },
    { type: 'message_stop' },
  ];
}

function blockEvents(block: JsonObject, index: number): JsonObject[] {
  const [empty, deltas] = opened(block);
  return [
    { type: 'content_block_start', index, content_block: empty },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

/** A block as it begins, and what fills it. */
function opened(block: JsonObject): [JsonObject, JsonObject[]] {
  switch (block.type) {
    case 'text':
      return [{ ...block, text: '' }, [{ type: 'text_delta', text: textOf(block.text) }]];
    case 'thinking': {
      const signature = textOf(block.signature);
      return [
        { ...block, thinking: '', signature: '' },
        [
          { type: 'thinking_delta', thinking: textOf(block.thinking) },
          ...(signature === '' ? [] : [{ type: 'signature_delta', signature }]),
        ],
      ];
    }
    case 'tool_use':
    case 'server_tool_use': {
      const partial_json = JSON.stringify(block.input ?? {});
      return [{ ...block, input: {} }, [{ type: 'input_json_delta', partial_json }]];
    }
    default:
      return [block, []];
  }
}

/**
 * A budget of thinking is refused by Anthropic when the turn that is still open, which is all behind
 * the user's last words, does not begin with thinking. Many clients keep none: their calls and results
 * go on without it. Adaptive thinking has no such rule.
 */
import { arrayOf, isObject, objectOf, type JsonObject } from '../../canonical/value.ts';

/** Takes a budget out of the body that Anthropic would refuse for these messages. */
export function dropRefusedBudget(body: JsonObject, messages: readonly unknown[]): void {
  if (objectOf(body.thinking).type === 'enabled' && beginsUnthought(messages)) delete body.thinking;
}

const THINKING: ReadonlySet<unknown> = new Set(['thinking', 'redacted_thinking']);

/** Has the open turn an answer already, and does that not begin with thinking? */
function beginsUnthought(messages: readonly unknown[]): boolean {
  let first: JsonObject | undefined;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = objectOf(messages[index]);
    if (message.role === 'assistant') first = message;
    else if (!holdsResult(message)) break;
  }
  return first !== undefined && !THINKING.has(objectOf(arrayOf(first.content)[0]).type);
}

const holdsResult = ({ content }: JsonObject): boolean =>
  arrayOf(content).some((block) => isObject(block) && block.type === 'tool_result');

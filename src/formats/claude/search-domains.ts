/** Empty lists of domains at web searches, which Anthropic refuses (translate-openai-claude.md 10.3). */
import { isObject, without } from '../../canonical/value.ts';
import { applyEdits } from '../../json/edits.ts';
import { bufferOf, scanObject } from '../../json/scan.ts';
import { elementsOf, rewritten } from './elements.ts';

const LISTS = ['allowed_domains', 'blocked_domains'];

/** The body without them; the same object when there are none. */
export function withoutEmptyDomains(body: Uint8Array): Uint8Array {
  const bytes = bufferOf(body);
  if (!LISTS.some((name) => bytes.includes(`"${name}"`))) return body;
  const edits = elementsOf(body, scanObject(body), 'tools').flatMap((element) => {
    const tool = element.value;
    if (!isObject(tool) || !String(tool.type).startsWith('web_')) return [];
    const empty = LISTS.filter((name) => isEmpty(tool[name]));
    return empty.length === 0 ? [] : [rewritten(element, without(tool, ...empty))];
  });
  return applyEdits(body, edits);
}

const isEmpty = (list: unknown): boolean => Array.isArray(list) && list.length === 0;

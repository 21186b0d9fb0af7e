/** Inputs that replace the conversation, because the client made it shorter (codex.md 3.7). Pure. */
import { createHash } from 'node:crypto';
import { isObject } from '../../canonical/value.ts';
import { isCall, parsedItem, type StoredItem } from './stored-item.ts';

/** A sentence that is known by its length in UTF-8 and its SHA-256. */
export interface Preface {
  bytes: number;
  sha256: string;
}

/** With this sentence Codex CLI hands its own summary over. */
const CODEX_HANDOVER: Preface = {
  bytes: 399,
  sha256: 'e9b088e794a6bb9082ac053fcc760bd818d7e720ee4bcdc72c6e480de7b7cb0e',
};

const LINE_FEED = 0x0a;

const COMPACTIONS: ReadonlySet<string> = new Set(['compaction', 'compaction_summary']);

/** Does the item stand for a compacted conversation? */
export const isCompaction = ({ type }: StoredItem): boolean => COMPACTIONS.has(type);

/** The client sends its own view of the conversation, the model's part included. */
export const holdsAnswers = (items: readonly StoredItem[]): boolean =>
  items.some((item) => isCall(item) || (isMessage(item) && item.role === 'assistant'));

/**
 * Is this a summary that the client made by itself, and nothing else?
 * @throws SwitchyardError `invalid_json`.
 */
export function isLocalSummary(
  items: readonly StoredItem[],
  preface: Preface = CODEX_HANDOVER,
): boolean {
  const [first] = items;
  const messages = first !== undefined && isAdditionalTools(first) ? items.slice(1) : items;
  if (!messages.every(isPlainMessage)) return false;
  return messages.some((item) => item.role === 'user' && beginsWith(textOf(item), preface));
}

const isMessage = ({ type }: StoredItem): boolean => type === '' || type === 'message';

const isPlainMessage = (item: StoredItem): boolean =>
  isMessage(item) && (item.role === 'user' || item.role === 'developer');

function isAdditionalTools(item: StoredItem): boolean {
  if (item.type !== 'additional_tools' || item.role !== 'developer') return false;
  const { tools } = parsedItem(item);
  return Array.isArray(tools) && tools.every(isNamedTool);
}

const isNamedTool = (tool: unknown): boolean =>
  isObject(tool) && typeof tool.type === 'string' && tool.type.trim() !== '';

function textOf(item: StoredItem): string {
  const { content } = parsedItem(item);
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isObject(part) && part.type === 'input_text' ? part.text : ''))
    .filter((text) => typeof text === 'string')
    .join('');
}

function beginsWith(text: string, { bytes: length, sha256 }: Preface): boolean {
  const bytes = Buffer.from(text.slice(0, length + 1), 'utf8');
  if (bytes[length] !== LINE_FEED) return false;
  return createHash('sha256').update(bytes.subarray(0, length)).digest('hex') === sha256;
}

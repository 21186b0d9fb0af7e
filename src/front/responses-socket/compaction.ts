/** Inputs that replace the conversation, because the client made it shorter (codex.md 3.7). Pure. */
import { createHash } from 'node:crypto';
import { isObject, type JsonObject } from '../../canonical/value.ts';
import { isCall, type StoredItem } from './stored-item.ts';

/** Length in bytes and SHA-256 of the sentence with which Codex CLI hands a summary over. */
const PREFACE_BYTES = 399;
const PREFACE_SHA256 = 'e9b088e794a6bb9082ac053fcc760bd818d7e720ee4bcdc72c6e480de7b7cb0e';

const COMPACTIONS: ReadonlySet<string> = new Set(['compaction', 'compaction_summary']);

/** Does the input hold what stands for a compacted conversation? */
export const isCompaction = ({ type }: StoredItem): boolean => COMPACTIONS.has(type);

/** The client sends its own view of the conversation, the model's part included. */
export const holdsAnswers = (items: readonly StoredItem[]): boolean =>
  items.some((item) => isCall(item) || item.role === 'assistant');

/** Is this a summary that the client made by itself, and nothing else? */
export function isLocalSummary(items: readonly StoredItem[]): boolean {
  const [first] = items;
  const messages = first !== undefined && isAdditionalTools(first) ? items.slice(1) : items;
  if (messages.length === 0 || !messages.every(isPlainMessage)) return false;
  return messages.some((item) => item.role === 'user' && beginsWithPreface(textOf(item)));
}

const isPlainMessage = ({ type, role }: StoredItem): boolean =>
  (type === '' || type === 'message') && (role === 'user' || role === 'developer');

function isAdditionalTools({ type, role, raw }: StoredItem): boolean {
  if (type !== 'additional_tools' || role !== 'developer') return false;
  const { tools } = JSON.parse(raw) as JsonObject;
  return Array.isArray(tools) && tools.every(isNamedTool);
}

const isNamedTool = (tool: unknown): boolean =>
  isObject(tool) && typeof tool.type === 'string' && tool.type.trim() !== '';

function textOf({ raw }: StoredItem): string {
  const { content } = JSON.parse(raw) as JsonObject;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isObject(part) && part.type === 'input_text' ? part.text : ''))
    .filter((text) => typeof text === 'string')
    .join('');
}

function beginsWithPreface(text: string): boolean {
  const bytes = Buffer.from(text.slice(0, PREFACE_BYTES + 1), 'utf8');
  if (bytes[PREFACE_BYTES] !== 0x0a) return false;
  const preface = bytes.subarray(0, PREFACE_BYTES);
  return createHash('sha256').update(preface).digest('hex') === PREFACE_SHA256;
}

/**
 * What is kept of one answer, so that its reasoning can be put back into later requests of a client
 * that drops it (codex.md 4.9). Plain data.
 */
import { hash } from 'node:crypto';
import { stringOf, textOf, type JsonObject } from '../../../canonical/value.ts';
import { claudeCallId } from '../../claude/call-id.ts';
import { isOpenAiEncrypted } from '../../responses/encrypted.ts';
import { reasoningItem } from '../encode-input.ts';
import type { ChainEnd } from '../input-chain.ts';
import { messageText } from '../item-identity.ts';
import { proofKey } from './items.ts';

/** One part of an answer, in its place. */
export type Step =
  | { readonly is: 'reasoning'; readonly key: string; readonly json: string }
  | { readonly is: 'text' }
  | {
      readonly is: 'call';
      /** The upstream's id, and the one that the client was given. */
      readonly ids: readonly string[];
      readonly name: string;
      readonly arguments: string;
    };

/** How a later request shows a text that was the whole answer. */
export interface TextAnchor {
  /** Hash of the text. */
  readonly text: string;
  /** The conversation that it answered. */
  readonly after: ChainEnd;
}

/** One answer. */
export interface ReplayTurn {
  readonly steps: readonly Step[];
  /** Undefined: its calls show where it stands. */
  readonly anchor: TextAnchor | undefined;
  /** Memory it takes, about. */
  readonly bytes: number;
}

/** Bytes of an answer beside its texts. */
const FRAME_BYTES = 512;

/**
 * An answer from its output items; undefined when there is nothing to put back, or nothing to put it
 * in front of. `conversation`: what was asked; only called for answers without calls.
 */
export function replayTurn(
  output: readonly JsonObject[],
  conversation: () => ChainEnd,
): ReplayTurn | undefined {
  const steps = output.flatMap(stepsOf);
  if (!steps.some(({ is }) => is === 'reasoning')) return undefined;
  const texts = output.map((item) => (item.type === 'message' ? messageText(item.content) : ''));
  const hasCalls = steps.some(({ is }) => is === 'call');
  if (!hasCalls && !steps.some(({ is }) => is === 'text')) return undefined;
  const anchor = hasCalls ? undefined : { text: textHash(texts.join('')), after: conversation() };
  return { steps, anchor, bytes: steps.reduce((sum, step) => sum + bytesOf(step), FRAME_BYTES) };
}

/** Clients may cut the white space around a text. */
export const textHash = (text: string): string => hash('sha256', text.trim(), 'base64');

/** Are both the same place of a conversation, so that only one of them can be put back? */
export function isSamePlace(one: ReplayTurn, other: ReplayTurn): boolean {
  if (one.anchor === undefined || other.anchor === undefined) {
    const ids = new Set(callIds(one));
    return callIds(other).some((id) => ids.has(id));
  }
  const { text, after } = one.anchor;
  return text === other.anchor.text && after.digest.equals(other.anchor.after.digest);
}

const callIds = ({ steps }: ReplayTurn): string[] =>
  steps.flatMap((step) => (step.is === 'call' ? step.ids : []));

/** Of the items, those that a request can hold again; custom calls are never shown to the client. */
function stepsOf(item: JsonObject): Step[] {
  switch (item.type) {
    case 'reasoning': {
      const { encrypted_content: proof } = item;
      if (typeof proof !== 'string' || !isOpenAiEncrypted(proof)) return [];
      return [
        { is: 'reasoning', key: proofKey(proof), json: JSON.stringify(reasoningItem(proof)) },
      ];
    }
    case 'message':
      return messageText(item.content) === '' ? [] : [{ is: 'text' }];
    case 'function_call': {
      const id = stringOf(item.call_id) ?? '';
      if (id === '') return [];
      const ids = [...new Set([id, claudeCallId(id, '')])];
      return [{ is: 'call', ids, name: textOf(item.name), arguments: textOf(item.arguments) }];
    }
    default:
      return [];
  }
}

function bytesOf(step: Step): number {
  if (step.is === 'reasoning') return step.json.length;
  if (step.is === 'text') return 0;
  return step.name.length + step.arguments.length + step.ids.join('').length;
}

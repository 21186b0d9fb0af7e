/**
 * What a request of each family that is not Codex tells: the whole conversation, and the tools.
 * Problems are what a real upstream would refuse.
 */
import { emptyTalk, namesOf, said, type Talk } from './talk.ts';
import type { FamilyName } from '../../test/support/families.ts';

type Json = Record<string, unknown>;

/** A conversation as a family's request has it. */
export interface History {
  talk: Talk;
  tools: string[];
  items: number;
  problems: string[];
}

/** One thing in a conversation; `id` joins a call with its result. */
type Said = { call: string } | { result: string; text: string } | { text: string };

interface Form {
  /** Member with the turns. */
  turns: string;
  saidIn(turn: Json): Said[];
  toolsIn(body: Json): string[];
}

const listIn = (object: unknown, member: string): Json[] => {
  const value = (object as Json | undefined)?.[member];
  return Array.isArray(value) ? (value as Json[]) : [];
};

const FORMS: Readonly<Record<Exclude<FamilyName, 'codex'>, Form>> = {
  chat: {
    turns: 'messages',
    saidIn: (message) => {
      const text = JSON.stringify(message['content'] ?? '');
      if (message['role'] === 'tool') return [{ result: String(message['tool_call_id']), text }];
      if (message['role'] !== 'assistant') return [];
      const calls = listIn(message, 'tool_calls').map(({ id }) => ({ call: String(id) }));
      return [{ text }, ...calls];
    },
    toolsIn: (body) => namesOf(listIn(body, 'tools').map((tool) => tool['function'])),
  },
  claude: {
    turns: 'messages',
    saidIn: ({ role, content }) => {
      const blocks = Array.isArray(content)
        ? (content as Json[])
        : [{ type: 'text', text: content }];
      return blocks.flatMap((block: Json): Said[] => {
        if (block['type'] === 'tool_use') return [{ call: String(block['id']) }];
        const text = JSON.stringify(block);
        if (block['type'] === 'tool_result')
          return [{ result: String(block['tool_use_id']), text }];
        return role === 'assistant' ? [{ text }] : [];
      });
    },
    toolsIn: (body) => namesOf(body['tools']),
  },
  gemini: {
    turns: 'contents',
    saidIn: (content) =>
      listIn(content, 'parts').flatMap((part): Said[] => {
        const { functionCall, functionResponse } = part as Record<string, Json | undefined>;
        if (functionCall !== undefined) return [{ call: joined(functionCall) }];
        const text = JSON.stringify(part);
        if (functionResponse !== undefined) return [{ result: joined(functionResponse), text }];
        return content['role'] === 'model' ? [{ text }] : [];
      }),
    toolsIn: (body) =>
      // Google reads both spellings.
      listIn(body, 'tools').flatMap((tool) =>
        namesOf(tool['functionDeclarations'] ?? tool['function_declarations']),
      ),
  },
};

/** Google joins by place where there is no id. */
const joined = ({ id, name }: Json): string => String(id ?? name);

/** Names stand in for ids, and may well follow each other. */
const repeats = (id: string, before: string | undefined): boolean =>
  id === before && id.startsWith('call_');

/** Reads a request. */
export function historyIn(family: Exclude<FamilyName, 'codex'>, body: Json): History {
  const form = FORMS[family];
  const turns = listIn(body, form.turns);
  const all = turns.flatMap((turn) => form.saidIn(turn));
  let talk = emptyTalk();
  for (const one of all) {
    if ('result' in one) talk = { ...talk, results: [...talk.results, one.text] };
    else if ('text' in one) talk = said(talk, one.text);
  }
  const calls = all.flatMap((one) => ('call' in one ? [one.call] : []));
  // Gemini CLI sends results twice when it resumes, and its bytes go through as they are.
  const told = all.flatMap((one) => ('result' in one ? [one.result] : []));
  const results = told.filter((id, at) => family !== 'gemini' || !repeats(id, told[at - 1]));
  const problems =
    calls.join() === results.join() ? [] : [`calls ${calls.join()}, results ${results.join()}`];
  return { talk, tools: form.toolsIn(body), items: turns.length, problems };
}

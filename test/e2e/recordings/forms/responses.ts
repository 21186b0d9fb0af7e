/** Bodies of the Responses API, and what Codex upstreams get. */
import { textsOf, type Json } from './text.ts';
import type { Collector } from '../said.ts';

interface Item {
  type?: string;
  role?: string;
  content?: unknown;
  call_id?: string;
  name?: string;
  namespace?: string;
  arguments?: string;
  output?: unknown;
  encrypted_content?: unknown;
}

interface Tool {
  type: string;
  name?: string;
  tools?: Tool[];
}

export function responsesSays(body: Json, said: Collector): void {
  said.system(textsOf(body['instructions']));
  const { input } = body;
  if (typeof input === 'string') said.text('user', input);
  else for (const item of input as Item[]) itemSays(item, said);
  for (const { type, name = '', tools = [] } of (body['tools'] ?? []) as Tool[]) {
    if (type === 'function') said.tool(name);
    // Members of a namespace are functions of their own everywhere else.
    for (const member of tools) said.tool(qualified({ ...member, namespace: name }));
  }
}

function itemSays(item: Item, said: Collector): void {
  const { type = 'message', role, call_id: id = '' } = item;
  if (type === 'function_call') said.call(id, qualified(item), item.arguments);
  else if (type === 'function_call_output') said.result(id, textsOf(item.output));
  else if (type === 'reasoning') said.proof(item.encrypted_content);
  else if (role === 'system' || role === 'developer') said.system(textsOf(item.content));
  else said.text(role as 'user' | 'assistant', textsOf(item.content));
}

/** Name of a function with its namespace, as forms without namespaces have it. */
export const qualified = ({
  namespace,
  name = '',
}: {
  namespace?: string;
  name?: string;
}): string => (namespace === undefined ? name : `${namespace}__${name}`);

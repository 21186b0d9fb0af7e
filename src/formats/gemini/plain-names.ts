/**
 * Function names of Gemini clients on upstreams that take fewer characters: Google allows dots and
 * colons, which names of MCP servers have, OpenAI and Anthropic refuse the request. Answers show the
 * client's own names again. The reference passes them on.
 */
import type { EventSink } from '../../canonical/events.ts';
import type { Part } from '../../canonical/parts.ts';
import type { CanonicalRequest, Message, Tool } from '../../canonical/request.ts';
import { objectOf, textOf } from '../../canonical/value.ts';
import { memberOf, parseValue, scanObject } from '../../json/scan.ts';
import type { ClientSide, UpstreamSide } from '../hub.ts';
import { either, listOf } from './spellings.ts';
import { toolNames } from './tool-names.ts';

const REFUSED = /[^A-Za-z0-9_-]/;
const ALL_REFUSED = new RegExp(REFUSED, 'gu');

const plainName = (name: string): string => name.replaceAll(ALL_REFUSED, '_');

/** The upstream, which sees plain names only. */
export const withPlainNames = (upstream: UpstreamSide): UpstreamSide => ({
  ...upstream,
  encodeRequest: (request, context, client) =>
    upstream.encodeRequest(plainlyNamed(request), context, client),
  decoder(context, client, sink) {
    const plain: ClientSide = {
      ...client,
      decodeRequest: (body) => plainlyNamed(client.decodeRequest(body)),
    };
    return upstream.decoder(context, plain, restoring(context.requestBody, sink));
  },
});

/** The same request where every name is plain. */
function plainlyNamed(request: CanonicalRequest): CanonicalRequest {
  const { tools, messages, toolChoice } = request;
  if (!tools.some(isOdd) && !messages.some(callsOdd)) return request;
  const names = toolNames(tools, plainName);
  const named = <T extends { name?: string }>(value: T): T =>
    value.name === undefined ? value : { ...value, name: names.upstream(value.name) };
  const part = (value: Part): Part =>
    value.type === 'tool_call' || value.type === 'tool_result' ? named(value) : value;
  return {
    ...request,
    tools: tools.map((tool) => (tool.type === 'builtin' ? tool : named(tool))),
    messages: messages.map((message) =>
      typeof message.content === 'string'
        ? message
        : { ...message, content: message.content.map(part) },
    ),
    toolChoice: toolChoice?.type === 'tool' ? named(toolChoice) : toolChoice,
  };
}

const isOdd = (tool: Tool): boolean => tool.type !== 'builtin' && REFUSED.test(tool.name);

const callsOdd = ({ content }: Message): boolean =>
  typeof content !== 'string' &&
  content.some((part) => part.type === 'tool_call' && REFUSED.test(part.name));

/** Gives calls the client's names; its tools are read once, when the first call comes. */
function restoring(requestBody: Uint8Array, sink: EventSink): EventSink {
  let restore: ((name: string) => string) | undefined;
  return (event) => {
    if (event.type !== 'tool_call') {
      sink(event);
      return;
    }
    restore ??= restorer(declaredNames(requestBody));
    sink({ ...event, name: restore(event.name) });
  };
}

function restorer(names: readonly string[]): (name: string) => string {
  if (!names.some((name) => REFUSED.test(name))) return (name) => name;
  return toolNames(
    names.map((name) => ({ type: 'function', name })),
    plainName,
  ).client;
}

/** Names alone: schemas are most of the tools. */
function declaredNames(body: Uint8Array): string[] {
  const member = memberOf(scanObject(body), 'tools');
  if (member === undefined) return [];
  return listOf(parseValue(body, member))
    .flatMap((tool) =>
      listOf(either(objectOf(tool), 'functionDeclarations', 'function_declarations')),
    )
    .map((declared) => textOf(objectOf(declared).name));
}

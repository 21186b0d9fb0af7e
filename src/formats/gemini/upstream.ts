/** Gemini in the hub, as Google's upstreams take it (translate-gemini-thinking.md 4, 5, 6). */
import type { CanonicalRequest } from '../../canonical/request.ts';
import { isObject } from '../../canonical/value.ts';
import { parseBody } from '../body.ts';
import type { UpstreamDecoder, UpstreamSide } from '../hub.ts';
import { GeminiStreamDecoder } from './decode-stream.ts';
import { encodeGeminiRequest } from './encode-request.ts';
import { ownValues } from './own-values.ts';
import { declaredName, toolNames, type ToolNames } from './tool-names.ts';

/** A client that did not ask for thoughts does not expect any among the blocks of an answer. */
const thinks = ({ reasoning: { effort, budgetTokens } }: CanonicalRequest): boolean =>
  (effort ?? budgetTokens) !== undefined && effort !== 'none' && budgetTokens !== 0;

const SEARCH = Buffer.from('"googleSearch"');

/** A glance at the body; a text that only speaks of it costs nothing but a copy of the answer. */
const mayAskForSearch = (body: Uint8Array): boolean =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(SEARCH);

/** The Gemini API, and Vertex, which takes the same bodies. */
export const geminiUpstream: UpstreamSide = {
  alwaysStreams: false,
  encodeRequest: encodeGeminiRequest,
  decoder(context, client, sink): UpstreamDecoder {
    // Reading the request again is only worth it for an answer with a call, or with a signature.
    let request: CanonicalRequest | undefined;
    let names: ToolNames | undefined;
    const asked = (): CanonicalRequest => {
      request ??= client.decodeRequest(parseBody(context.requestBody));
      return request;
    };
    const decoder = new GeminiStreamDecoder(sink, {
      client: client.format,
      nowSeconds: context.nowSeconds,
      searches: mayAskForSearch(context.upstreamBody),
      nameOf(name) {
        names ??= toolNames(asked().tools);
        return names.client(name);
      },
      argumentsOf(name, args) {
        const tool = asked().tools.find((declared) => declaredName(declared) === name);
        return tool?.type === 'function' ? ownValues(tool.parameters, args) : args;
      },
      carriers() {
        if (client.format === 'openai-response') return client.format;
        return client.format === 'claude' && thinks(asked()) ? client.format : undefined;
      },
    });
    return {
      onEvent(event) {
        if (isObject(event.json)) decoder.chunk(event.json);
      },
      onBody: (answer) => decoder.body(answer),
      onEnd: () => decoder.end(),
      get complete() {
        return decoder.complete;
      },
    };
  },
};

/** Gemini in the hub, as Google's upstreams take it (translate-gemini-thinking.md 4, 5, 6). */
import { isObject } from '../../canonical/value.ts';
import { parseBody } from '../body.ts';
import type { UpstreamDecoder, UpstreamSide } from '../hub.ts';
import { GeminiStreamDecoder } from './decode-stream.ts';
import { encodeGeminiRequest } from './encode-request.ts';
import { toolNames, type ToolNames } from './tool-names.ts';

const SEARCH = Buffer.from('"googleSearch"');

/** A glance at the body; a text that only speaks of it costs nothing but a copy of the answer. */
const mayAskForSearch = (body: Uint8Array): boolean =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(SEARCH);

/** The Gemini API, and Vertex, which takes the same bodies. */
export const geminiUpstream: UpstreamSide = {
  alwaysStreams: false,
  encodeRequest: encodeGeminiRequest,
  decoder(context, client, sink): UpstreamDecoder {
    // Reading the request again is only worth it for an answer with a call.
    let names: ToolNames | undefined;
    const decoder = new GeminiStreamDecoder(sink, {
      client: client.format,
      nowSeconds: context.nowSeconds,
      searches: mayAskForSearch(context.upstreamBody),
      nameOf(name) {
        names ??= toolNames(client.decodeRequest(parseBody(context.requestBody)).tools);
        return names.client(name);
      },
    });
    return {
      onEvent(event) {
        if (isObject(event.json)) decoder.chunk(event.json);
      },
      onBody(answer) {
        decoder.chunk(answer);
        decoder.end();
      },
      onEnd: () => decoder.end(),
      get complete() {
        return decoder.complete;
      },
    };
  },
};

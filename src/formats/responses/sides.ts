/** Responses in the hub, as clients speak it (translate-openai-claude.md 9.2). */
import { isPresent } from '../../canonical/value.ts';
import { parseBody } from '../body.ts';
import { noAnswer } from '../chat/answer-watch.ts';
import type { ResponseContext } from '../format.ts';
import type { ClientSide } from '../hub.ts';
import { clientTools } from './client-tools.ts';
import { decodeResponsesRequest } from './decode-request.ts';
import { decodeResponsesTools } from './decode-tools.ts';
import { encodeResponsesAnswer } from './encode-answer.ts';
import { ResponsesStreamEncoder, type EncoderOptions } from './encode-stream.ts';
import { wrongInput } from './wrong-input.ts';

/** Clients of `POST /v1/responses`, on upstreams that do not speak it. */
export const responsesClient: ClientSide = {
  format: 'openai-response',
  decodeRequest(body) {
    const { input } = body;
    if (isPresent(input) && typeof input !== 'string' && !Array.isArray(input)) throw wrongInput();
    return decodeResponsesRequest(body);
  },
  streamEncoder(context) {
    const encoder = new ResponsesStreamEncoder(optionsOf(context, context.requestedModel));
    return {
      write(event) {
        const text = encoder.write(event);
        if (event.type === 'end' && !encoder.completed) throw noAnswer();
        return text;
      },
    };
  },
  // A whole body shows the upstream's own name of the model (9.2).
  encodeAnswer: (answer, context) =>
    encodeResponsesAnswer(answer, optionsOf(context, context.upstreamModel)),
};

function optionsOf(context: ResponseContext, model: string): EncoderOptions {
  const { nowSeconds, requestBody } = context;
  const toolOf = clientTools(() => decodeResponsesTools(parseBody(requestBody)));
  return { model, nowSeconds, requestBody, toolOf };
}

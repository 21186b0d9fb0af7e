/** Gemini's generateContent: what its requests say, in either spelling, and what its clients hear. */
import assert from 'node:assert/strict';
import { chunksIn, finishesIn, partsIn, type GeminiChunk } from '../../../support/gemini.ts';
import type { ClientAnswer } from '../../../support/http-client.ts';
import type { Heard } from '../dialects.ts';
import type { Json } from './text.ts';
import type { Collector } from '../said.ts';

interface Part {
  text?: string;
  thought?: boolean;
  thoughtSignature?: string;
  functionCall?: { id?: string; name: string; args: unknown };
  functionResponse?: { id?: string; name: string; response: unknown };
}

interface Content {
  role: string;
  parts: Part[];
}

export function geminiSays(body: Json, said: Collector): void {
  const system = (body['systemInstruction'] ?? body['system_instruction']) as Content | undefined;
  for (const { text = '' } of system?.parts ?? []) said.system(text);
  const numbers = new Numbers();
  for (const content of body['contents'] as Content[]) {
    for (const part of content.parts) partSays(content.role, part, said, numbers);
  }
  for (const tool of (body['tools'] ?? []) as Record<string, { name: string }[]>[]) {
    const declared = tool['functionDeclarations'] ?? tool['function_declarations'] ?? [];
    for (const { name } of declared) said.tool(name);
  }
}

function partSays(role: string, part: Part, said: Collector, numbers: Numbers): void {
  const { functionCall: call, functionResponse: response } = part;
  said.proof(part.thoughtSignature);
  if (call !== undefined) said.call(call.id ?? numbers.ofCall(), call.name, call.args);
  else if (response !== undefined) {
    said.result(response.id ?? numbers.ofResult(), JSON.stringify(response.response));
  } else if (part.thought !== true) {
    said.text(role === 'model' ? 'assistant' : 'user', part.text ?? '');
  }
}

/** Google pairs calls with results by their order. */
class Numbers {
  #calls = 0;
  #results = 0;

  ofCall(): string {
    return `call ${String(this.#calls++)}`;
  }

  ofResult(): string {
    return `call ${String(this.#results++)}`;
  }
}

/** Reads the answer to a Gemini client. */
export function heardByGemini(_answer: ClientAnswer, text: string, streams: boolean): Heard {
  const chunks = streams ? chunksIn(text) : [JSON.parse(text) as GeminiChunk];
  assert.deepEqual(finishesIn(chunks), ['STOP']);
  assert.equal(chunks.at(-1)?.candidates?.[0]?.finishReason, 'STOP', 'the last chunk ends it');
  const parts = partsIn(chunks) as (Json & ReturnType<typeof partsIn>[number])[];
  const texts = (thought: boolean): string =>
    parts
      .filter((part) => (part.thought === true) === thought)
      .map((part) => part.text ?? '')
      .join('');
  const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
  const { usageMetadata: usage = {} } = chunks.at(-1) ?? {};
  const output = (usage['candidatesTokenCount'] ?? 0) + (usage['thoughtsTokenCount'] ?? 0);
  assert.equal(usage['totalTokenCount'], (usage['promptTokenCount'] ?? 0) + output);
  return {
    text: texts(false),
    reasoning: texts(true),
    proofs: [...new Set(parts.flatMap(({ thoughtSignature }) => unpacked(thoughtSignature)))],
    calls: calls.map(({ id = '', name, args }) => ({ id, name, input: args })),
    stoppedForCall: calls.length > 0,
    usage: {
      input: usage['promptTokenCount'] ?? 0,
      cached: usage['cachedContentTokenCount'] ?? 0,
      output,
    },
    reasoningTokens: usage['thoughtsTokenCount'],
  };
}

/**
 * Proofs of other providers have the provider's name in front; a thought and its call share one, and
 * the call may tell the thought behind it.
 */
function unpacked(signature: unknown): string[] {
  if (typeof signature !== 'string') return [];
  const text = Buffer.from(signature, 'base64').toString();
  return [/^(?:claude|openai)#([^#]+)/.exec(text)?.[1] ?? signature];
}

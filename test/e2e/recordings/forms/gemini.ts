/** Bodies of Gemini's generateContent, in either spelling. */
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

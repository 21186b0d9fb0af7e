/** Output items and input items in the forms in which Codex sends and our translation writes them. */

/** A proof in the form that OpenAI issues; every number gives another one. */
export function proofOf(number: number): string {
  const bytes = Buffer.alloc(57 + 32, number);
  bytes[0] = 0x80;
  bytes.fill(0, 1, 5);
  return bytes.toString('base64url');
}

export const reasoning = (number: number, more: object = {}) => ({
  type: 'reasoning',
  id: `rs_${String(number)}`,
  summary: [],
  encrypted_content: proofOf(number),
  ...more,
});
export const message = (text: string) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});
export const call = (id: string, text = '{"a":1}') => ({
  type: 'function_call',
  call_id: id,
  name: 'ls',
  arguments: text,
});

export const user = (text: string) => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
});
export const output = (id: string) => ({
  type: 'function_call_output',
  call_id: id,
  output: 'ok',
});
/** Reasoning as it goes back. */
export const proof = (number: number) => ({
  type: 'reasoning',
  summary: [],
  content: null,
  encrypted_content: proofOf(number),
});

export const bodyOf = (input: unknown): Buffer =>
  Buffer.from(JSON.stringify({ model: 'm', instructions: '', input, tools: [], stream: true }));

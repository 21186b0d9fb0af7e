/** One turn of an agent in each client dialect: the same history, tools and system text, about 20 KB. */

/** A dialect that clients speak, by the name its format has in the program. */
export type Dialect = 'chat' | 'responses' | 'claude' | 'gemini';

type Json = Record<string, unknown>;

const SYSTEM =
  'You are a coding agent. Keep to the files of the task and say what you did. '.repeat(40);
const TOOL_COUNT = 10;
const ROUNDS = 6;
const RESULT =
  'export function sum(left: number, right: number): number { return left + right; }\n'.repeat(12);

const schema: Json = {
  type: 'object',
  properties: {
    path: { type: 'string', description: 'Absolute path of the file' },
    offset: { type: 'integer', description: 'First line, counted from one' },
    options: {
      type: 'object',
      properties: {
        recursive: { type: 'boolean' },
        globs: { type: 'array', items: { type: 'string' } },
      },
    },
  },
  required: ['path'],
};

const tools = Array.from({ length: TOOL_COUNT }, (_, index) => ({
  name: `tool_${index}`,
  description: `Tool ${index}. ${'It works on one file of the repository and returns text. '.repeat(6)}`,
  schema,
}));

const rounds = Array.from({ length: ROUNDS }, (_, index) => ({
  id: `call_${String(index).padStart(24, '0')}`,
  name: `tool_${index}`,
  input: { path: `/src/file-${index}.ts`, offset: index + 1 },
  said: `I look at file ${index} now.`,
}));

const ASK = 'Please find out why the sum is wrong and repair it.';

/** The body of one streamed turn of `model`. */
export function bodyOf(dialect: Dialect, model: string): Json {
  const bodies: Record<Dialect, () => Json> = { chat, responses, claude, gemini };
  return dialect === 'gemini' ? gemini() : { model, stream: true, ...bodies[dialect]() };
}

/** Where a client of this dialect sends it. */
export function pathOf(dialect: Dialect, model: string): string {
  const paths: Record<Dialect, string> = {
    chat: '/v1/chat/completions',
    responses: '/v1/responses',
    claude: '/v1/messages',
    gemini: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
  };
  return paths[dialect];
}

function chat(): Json {
  const turns = rounds.flatMap(({ id, name, input, said }) => [
    {
      role: 'assistant',
      content: said,
      tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }],
    },
    { role: 'tool', tool_call_id: id, content: RESULT },
  ]);
  return {
    stream_options: { include_usage: true },
    messages: [{ role: 'system', content: SYSTEM }, { role: 'user', content: ASK }, ...turns],
    tools: tools.map(({ name, description, schema: parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
  };
}

function responses(): Json {
  const message = (role: string, type: string, text: string): Json => ({
    type: 'message',
    role,
    content: [{ type, text }],
  });
  const turns = rounds.flatMap(({ id, name, input, said }) => [
    message('assistant', 'output_text', said),
    { type: 'function_call', call_id: id, name, arguments: JSON.stringify(input) },
    { type: 'function_call_output', call_id: id, output: RESULT },
  ]);
  return {
    instructions: SYSTEM,
    store: false,
    input: [message('user', 'input_text', ASK), ...turns],
    tools: tools.map(({ name, description, schema: parameters }) => ({
      type: 'function',
      name,
      description,
      parameters,
      strict: false,
    })),
  };
}

function claude(): Json {
  const turns = rounds.flatMap(({ id, name, input, said }) => [
    {
      role: 'assistant',
      content: [
        { type: 'text', text: said },
        { type: 'tool_use', id, name, input },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: RESULT }] },
  ]);
  return {
    max_tokens: 32_000,
    system: [{ type: 'text', text: SYSTEM, cache_control: { type: 'ephemeral' } }],
    messages: [{ role: 'user', content: [{ type: 'text', text: ASK }] }, ...turns],
    tools: tools.map(({ name, description, schema: input_schema }) => ({
      name,
      description,
      input_schema,
    })),
  };
}

function gemini(): Json {
  const turns = rounds.flatMap(({ id, name, input, said }) => [
    {
      role: 'model',
      parts: [
        { text: said },
        { functionCall: { id, name, args: input }, thoughtSignature: 'EgQKAgEC' },
      ],
    },
    { role: 'user', parts: [{ functionResponse: { id, name, response: { output: RESULT } } }] },
  ]);
  return {
    systemInstruction: { role: 'user', parts: [{ text: SYSTEM }] },
    contents: [{ role: 'user', parts: [{ text: ASK }] }, ...turns],
    tools: [
      {
        functionDeclarations: tools.map(({ name, description, schema: parametersJsonSchema }) => ({
          name,
          description,
          parametersJsonSchema,
        })),
      },
    ],
  };
}

/**
 * A Gemini API as a script: it takes only what Google takes, and answers as Google does. A handler
 * may answer first; what it leaves gets a thought, a call of the first declared tool when there is no
 * result yet, else a text.
 */
import assert from 'node:assert/strict';
import { startFakeUpstream, type FakeUpstream, type UpstreamExchange } from './fake-upstream.ts';
import { googleChunk, googleSse, SIGNATURE } from './google-wire.ts';
import type { Cleanup } from './temp.ts';

type Json = Record<string, unknown>;

export interface GoogleContent {
  role: string;
  parts: Json[];
}

/** A body as it arrived. */
export interface GoogleBody extends Json {
  contents: GoogleContent[];
  tools?: { functionDeclarations?: { name: string; parametersJsonSchema: Json }[] }[];
}

/** Counts of every answer. */
export const USAGE = {
  promptTokenCount: 11,
  candidatesTokenCount: 7,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 3,
  totalTokenCount: 23,
};

/** Starts one; `refuse` returns true when it has answered itself. */
export const startFakeGoogle = (
  test: Cleanup,
  refuse: (call: UpstreamExchange) => boolean = () => false,
): Promise<FakeUpstream> =>
  startFakeUpstream(test, (call) => {
    if (refuse(call)) return;
    const body = call.request.json() as GoogleBody;
    checkGoogleBody(body);
    answer(call, partsFor(body));
  });

/** The body of a request. */
export const googleBody = (call: UpstreamExchange | undefined): GoogleBody =>
  call?.request.json() as GoogleBody;

const PATH = /\/models\/[^/:?]+:(generateContent|streamGenerateContent\?alt=sse)$/;

/** Fails for what Google would refuse with a 400. */
export function checkGoogleBody({ contents, tools = [] }: GoogleBody): void {
  assert.ok(contents.length > 0, 'contents are not empty');
  assert.equal(contents[0]?.role, 'user', 'the user begins');
  for (const [index, { parts, role }] of contents.entries()) {
    assert.ok(role === 'user' || role === 'model', role);
    assert.ok(parts.length > 0, 'parts are not empty');
    const calls = parts.filter((part) => part['functionCall'] !== undefined);
    if (calls.length === 0) continue;
    assert.ok(calls[0]?.['thoughtSignature'], 'the first call of a turn is signed');
    const results = contents[index + 1]?.parts.filter((part) => part['functionResponse']) ?? [];
    assert.equal(results.length, calls.length, 'every call has its result');
  }
  for (const { name, parametersJsonSchema } of tools.flatMap(
    (tool) => tool.functionDeclarations ?? [],
  )) {
    assert.match(name, /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/);
    for (const keyword of keywordsOf(parametersJsonSchema)) {
      assert.doesNotMatch(keyword, /^(\$ref|\$schema|anyOf|pattern)$/);
    }
  }
}

/** All keywords of a schema; what stands in `properties` is a name. */
function keywordsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
  if (schema === null || typeof schema !== 'object') return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    key,
    ...(key === 'properties' ? Object.values(value as Json) : [value]).flatMap(keywordsOf),
  ]);
}

function partsFor({ contents, tools = [] }: GoogleBody): Json[] {
  const thought = { text: 'let me see', thought: true };
  const [tool] = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations);
  const hasResult = contents.at(-1)?.parts.some((part) => part['functionResponse'] !== undefined);
  if (tool === undefined || hasResult === true)
    return [thought, { text: 'Hello' }, { text: ' there' }];
  const functionCall = { name: tool.name, args: { q: 'cat' } };
  return [thought, { functionCall, thoughtSignature: SIGNATURE }];
}

function answer(call: UpstreamExchange, parts: Json[]): void {
  const { path } = call.request;
  assert.match(path, PATH);
  if (!path.includes('alt=sse')) {
    call.json(200, googleChunk(parts, USAGE, { finishReason: 'STOP' }));
    return;
  }
  const chunks = parts.map((part, index) =>
    googleChunk([part], USAGE, index === parts.length - 1 ? { finishReason: 'STOP' } : {}),
  );
  call.sse(googleSse(chunks));
}

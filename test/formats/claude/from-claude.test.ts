import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeUpstream } from '../../../src/formats/claude/upstream.ts';
import { hubPair, type ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { chunksOf, responseContext } from '../chat/contexts.ts';
import { clientText, failedText, framesOf, randomPieces } from '../streams.ts';
import { vector } from '../vectors.ts';

type Json = Record<string, unknown>;

const streamOf = (events: readonly Json[]): Buffer =>
  Buffer.from(
    events
      .map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(''),
  );

/** Vectors of streams; the others are whole answers. */
const STREAMED = new Set(['J01', 'J02', 'L01', 'L02', 'L03', 'L05']);

/** What a client reads for the upstream events of a vector; `cut`: the pieces they arrive in. */
function read(client: ClientSide, id: string, cut = (bytes: Buffer): Uint8Array[] => [bytes]) {
  const { events, original } = vector(id);
  const context = responseContext({
    stream: STREAMED.has(id),
    requestedModel: typeof original?.model === 'string' ? original.model : 'm',
    upstreamModel: 'acct/claude',
    requestBody: Buffer.from(JSON.stringify(original ?? {})),
  });
  const failures = events.filter(({ type }) => type !== 'error');
  return clientText(hubPair(client, claudeUpstream).response(context), cut(streamOf(failures)));
}

/** What chat chunks add up to; calls stand in their order, whatever their index (Q3). */
function folded(chunks: readonly unknown[]): Json {
  const sum = { content: '', reasoning: '', calls: new Map<unknown, string[]>() };
  let finish: unknown;
  let usage: unknown;
  for (const value of chunks) {
    const chunk = value as { choices?: { delta: Json; finish_reason: unknown }[]; usage?: unknown };
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices ?? [];
    if (choice === undefined) continue;
    finish = choice.finish_reason ?? finish;
    sum.content += String(choice.delta.content ?? '');
    sum.reasoning += String(choice.delta.reasoning_content ?? '');
    for (const call of (choice.delta.tool_calls ?? []) as Json[]) {
      const { name, arguments: text } = call.function as Json;
      const known = sum.calls.get(call.index) ?? [String(call.id), String(name), ''];
      sum.calls.set(call.index, [known[0] ?? '', known[1] ?? '', (known[2] ?? '') + String(text)]);
    }
  }
  return { ...sum, calls: [...sum.calls.values()], finish, usage };
}

const expectedChunks = (id: string): unknown[] =>
  (vector(id).out as [number, Json][]).map(([, chunk]) => chunk);

describe('Claude to chat', () => {
  for (const id of ['J01', 'J02']) {
    it(`${id}: ${vector(id).note}; differs: calls are streamed, with a dense index, Q3`, () => {
      const chunks = chunksOf(read(chatClient, id));
      assert.deepEqual(folded(chunks), folded(expectedChunks(id)));
    });
  }

  for (const id of ['J03', 'J04']) {
    it(`${id}: ${vector(id).note}`, () => {
      const answer = JSON.parse(read(chatClient, id)) as { choices: { message: Json }[] };
      const expected = vector(id).out as { choices: { message: Json; finish_reason: string }[] };
      const [choice] = expected.choices;
      assert.deepEqual(answer, {
        ...expected,
        created: 1_800_000_000,
        choices: [
          {
            ...choice,
            native_finish_reason: id === 'J03' ? 'tool_use' : 'max_tokens',
            // Other pairs say null where there is nothing, so this one does as well.
            message: { reasoning_content: null, tool_calls: null, ...choice?.message },
          },
        ],
      });
    });
  }
});

interface Frame extends Json {
  type: string;
  response?: Json;
  item?: Json;
}

/**
 * Item ids are counted in another way than in the reference; citations have the form of OpenAI
 * instead of Anthropic's: only their addresses are compared.
 */
function output(items: unknown): unknown {
  return (items as Json[]).map(({ id: _, ...item }) => ({
    ...item,
    ...(item.type === 'message' && {
      content: (item.content as Json[]).map((part) => ({
        ...part,
        annotations: (part.annotations as Json[]).map(({ url }) => url),
      })),
    }),
  }));
}

describe('Claude to Responses', () => {
  const framesOfText = (text: string): Frame[] => framesOf(text).map(({ data }) => data as Frame);
  const expectedFrames = (id: string): Frame[] =>
    expectedChunks(id).map((chunk) => (chunk as { data: Frame }).data);
  /**
   * Deltas of arguments that never came are `{}` here, so that chat clients read them too. Citations
   * have an event of their own.
   */
  const typesOf = (frames: Frame[]): string[] =>
    frames
      .filter(
        ({ type, delta }) => type !== 'response.function_call_arguments.delta' || delta !== '{}',
      )
      .map(({ type }) => type)
      .filter((type) => type !== 'response.output_text.annotation.added');

  for (const id of ['L01', 'L02', 'L03', 'L05']) {
    const isCut = id === 'L05';
    it(`${id}: ${vector(id).note}${isCut ? '; differs: the answer is incomplete, Q2' : ''}`, () => {
      const frames = framesOfText(read(responsesClient, id));
      const expected = expectedFrames(id);
      const types = typesOf(expected);
      if (isCut) types[types.length - 1] = 'response.incomplete';
      assert.deepEqual(typesOf(frames), types);
      const [last, wanted] = [frames.at(-1)?.response, expected.at(-1)?.response];
      assert.deepEqual(
        { ...last, output: output(last?.output) },
        {
          ...wanted,
          created_at: 1_800_000_000,
          output: isCut
            ? (output(wanted?.output) as Json[]).map((item) => ({ ...item, status: 'incomplete' }))
            : output(wanted?.output),
          status: isCut ? 'incomplete' : 'completed',
          incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
        },
      );
      const numbers = frames.map(({ sequence_number }) => sequence_number);
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
      );
    });
  }

  it(`L04: ${vector('L04').note}`, () => {
    const answer = JSON.parse(read(responsesClient, 'L04')) as Json;
    const expected = vector('L04').out as Json;
    assert.deepEqual(
      { ...answer, output: output(answer.output), model: expected.model },
      {
        ...expected,
        created_at: 1_800_000_000,
        output: output(expected.output),
        usage: { ...(expected.usage as Json), output_tokens_details: { reasoning_tokens: 0 } },
      },
    );
  });

  it('items of one answer have ids of their own', () => {
    const text = read(responsesClient, 'L03');
    const ids = framesOfText(text)
      .filter(({ type }) => type === 'response.output_item.done')
      .map(({ item }) => item?.id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(ids.length, 3);
  });
});

describe('Claude streams in any pieces', () => {
  for (const id of ['J01', 'L01', 'L02', 'L03']) {
    it(`${id}: the client reads the same, wherever the bytes are cut`, () => {
      const client = id.startsWith('J') ? chatClient : responsesClient;
      const whole = read(client, id);
      for (let seed = 1; seed <= 25; seed += 1) {
        assert.equal(
          read(client, id, (bytes) => randomPieces(bytes, seed)),
          whole,
          `seed ${String(seed)}`,
        );
      }
    });
  }
});

describe('Claude answers that are not as they should be', () => {
  const pair = hubPair(chatClient, claudeUpstream);

  it('C16: a stream without a reason to end is broken', () => {
    const events = vector('J01').events.slice(0, 5);
    const { error } = failedText(pair.response(responseContext()), streamOf(events));
    const { code, status, message } = error as { code: string; status: number; message: string };
    assert.deepEqual([code, status], ['upstream_incomplete_stream', 502]);
    assert.match(message, /ended before message completion/);
  });

  it('a stream that told its reason is whole without the last event', () => {
    const events = vector('J01').events.filter(({ type }) => type !== 'message_stop');
    const text = clientText(pair.response(responseContext()), [streamOf(events)]);
    assert.match(text, /data: \[DONE\]\n\n$/);
  });

  it('a whole JSON answer means what its stream would', () => {
    const body = {
      id: 'msg_1',
      model: 'claude-x',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'SIG' },
        { type: 'text', text: 'Hi' },
        { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 2 },
    };
    const translator = pair.response(responseContext({ stream: false }));
    const text = translator.onBody(Buffer.from(JSON.stringify(body))) as string;
    const { choices, usage } = JSON.parse(text) as { choices: { message: Json }[]; usage: Json };
    assert.deepEqual(choices[0]?.message, {
      role: 'assistant',
      content: 'Hi',
      reasoning_content: 'hm',
      tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    });
    assert.equal(usage.total_tokens, 3);
    assert.equal(translator.usage?.totalTokens, 3);
  });
});

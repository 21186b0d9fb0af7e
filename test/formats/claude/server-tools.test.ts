/** Server tools, citations and blocks nobody knows in answers of Anthropic, for every client dialect. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeToClaude } from '../../../src/formats/claude/pass-through.ts';
import { claudeUpstream } from '../../../src/formats/claude/upstream.ts';
import { geminiClient } from '../../../src/formats/gemini/client.ts';
import { hubPair, type ClientSide } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { claudeSse } from '../../support/claude-wire.ts';
import { chunksOf, responseContext } from '../chat/contexts.ts';
import { clientText, framesOf } from '../streams.ts';

type Json = Record<string, unknown>;

const block = (index: number, content_block: Json, ...deltas: Json[]): Json[] => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];
const text = (value: string): Json => ({ type: 'text_delta', text: value });
const cite = (citation: Json): Json => ({ type: 'citations_delta', citation });
const input = (partial_json: string): Json => ({ type: 'input_json_delta', partial_json });

const TEXT = { type: 'text', text: '' };
const PAGE = { type: 'web_search_result', url: 'https://c.example', title: 'Cats' };
const WEB = { ...PAGE, type: 'web_search_result_location', cited_text: 'purr' };
const use = (id: string, name: string): Json => ({ type: 'server_tool_use', id, name, input: {} });

const EVENTS: Json[] = [
  {
    type: 'message_start',
    message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 5 } },
  },
  ...block(0, use('s1', 'web_search'), input('{"que'), input('ry":"cats"}')),
  ...block(1, { type: 'web_search_tool_result', tool_use_id: 's1', content: [PAGE] }),
  ...block(2, TEXT, text('So: ')),
  ...block(3, TEXT, cite(WEB), text('cats purr')),
  ...block(4, TEXT, text('.'), cite({ type: 'char_location', document_index: 0 })),
  ...block(5, use('s2', 'bash_code_execution'), input('{"command":"ls"}')),
  ...block(6, {
    type: 'bash_code_execution_tool_result',
    tool_use_id: 's2',
    content: { type: 'bash_code_execution_result', stdout: 'a\n', stderr: '', return_code: 0 },
  }),
  ...block(7, { type: 'mcp_tool_use', id: 'm', name: 'x', server_name: 's', input: {} }),
  ...block(8, { type: 'mcp_tool_result', tool_use_id: 'm', is_error: false, content: [] }),
  ...block(9, { type: 'block_of_tomorrow', a: 1 }, { type: 'delta_of_tomorrow', b: 2 }),
  { type: 'event_of_tomorrow' },
  ...block(10, TEXT, text('End')),
  {
    type: 'message_delta',
    delta: { stop_reason: 'pause_turn' },
    usage: { output_tokens: 7, server_tool_use: { web_search_requests: 1 } },
  },
  { type: 'message_stop' },
];

function read(client: ClientSide, stream: boolean): string {
  const translator = hubPair(client, claudeUpstream).response(responseContext({ stream }));
  return clientText(translator, [Buffer.from(claudeSse(EVENTS))]);
}

describe('server tools of Anthropic', () => {
  it('9.4: Claude clients get every frame as it is, known or not', () => {
    const frames = claudeSse(EVENTS);
    const translator = claudeToClaude.response(responseContext());
    assert.equal(clientText(translator, [Buffer.from(frames)]), frames);
  });

  const ANNOTATION = {
    type: 'url_citation',
    start_index: 4,
    end_index: 13,
    url: PAGE.url,
    title: PAGE.title,
  };

  it('Responses clients read them as items, and citations as annotations', () => {
    const frames = framesOf(read(responsesClient, true)).map(({ data }) => data as Json);
    const { output } = frames.at(-1)?.response as { output: Json[] };
    const whole = (JSON.parse(read(responsesClient, false)) as { output: Json[] }).output;
    for (const items of [output, whole]) {
      assert.deepEqual(
        items.map(({ type }) => type),
        ['web_search_call', 'message', 'code_interpreter_call', 'message'],
      );
      const [search, message, code, last] = items;
      assert.equal((search?.action as Json).query, 'cats');
      const [part] = message?.content as Json[];
      assert.equal(part?.text, 'So: cats purr.');
      assert.deepEqual(part.annotations, [ANNOTATION]);
      assert.equal(code?.code, 'ls');
      assert.deepEqual(code.outputs, [{ type: 'logs', logs: 'a\n' }]);
      assert.equal((last?.content as Json[])[0]?.text, 'End');
    }
    const added = frames.find(({ type }) => type === 'response.output_text.annotation.added');
    assert.deepEqual(added?.annotation, ANNOTATION);
  });

  it('chat clients read the text, and where it comes from', () => {
    const chunks = chunksOf(read(chatClient, true)) as { choices: { delta: Json }[] }[];
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
    const content = deltas.map((delta) => delta.content ?? '').join('');
    assert.equal(content, 'So: cats purr.End');
    const annotations = deltas.flatMap((delta) => (delta.annotations ?? []) as Json[]);
    assert.deepEqual(
      annotations.map(({ type }) => type),
      ['url_citation'],
    );
  });

  it('Gemini clients read the pages as grounding', () => {
    const answer = JSON.parse(read(geminiClient, false)) as { candidates: Json[] };
    const { groundingMetadata } = answer.candidates[0] as { groundingMetadata: Json };
    assert.deepEqual(groundingMetadata.webSearchQueries, ['cats']);
    assert.deepEqual(groundingMetadata.groundingChunks, [
      { web: { uri: PAGE.url, title: PAGE.title } },
    ]);
  });

  it('calls that pause the turn without a result are told to all clients', () => {
    const events = [
      ...EVENTS.slice(0, 1),
      ...block(0, TEXT, text('Let me see')),
      ...block(1, use('s1', 'web_search'), input('{"query":"cats"}')),
      ...block(2, use('s2', 'code_execution'), input('{"code":"1+1"}')),
      ...EVENTS.slice(-2),
    ];
    const paused = (client: ClientSide, stream: boolean): string =>
      clientText(hubPair(client, claudeUpstream).response(responseContext({ stream })), [
        Buffer.from(claudeSse(events)),
      ]);
    const frames = framesOf(paused(responsesClient, true)).map(({ data }) => data as Json);
    const last = frames.at(-1) ?? {};
    assert.equal(last.type, 'response.completed');
    const { output } = last.response as { output: Json[] };
    const whole = (JSON.parse(paused(responsesClient, false)) as { output: Json[] }).output;
    for (const [message, search, code, ...more] of [output, whole]) {
      assert.equal((message?.content as Json[])[0]?.text, 'Let me see');
      assert.deepEqual([search?.type, (search?.action as Json).query], ['web_search_call', 'cats']);
      assert.deepEqual([code?.type, code?.code], ['code_interpreter_call', '1+1']);
      assert.deepEqual(more, []);
    }
    const chat = JSON.parse(paused(chatClient, false)) as { choices: Json[] };
    assert.equal(chat.choices[0]?.finish_reason, 'stop');
    assert.equal((chat.choices[0]?.message as Json).content, 'Let me see');
    for (const stream of [true, false]) {
      const said = paused(geminiClient, stream);
      assert.match(said, /"executableCode":\{[^}]*"code":"1\+1"/);
      assert.match(said, /"webSearchQueries":\["cats"\]/);
      assert.match(said, /"finishReason":"STOP"/);
    }
  });

  it('a tool that failed, and one whose input is no JSON', () => {
    const failed = { type: 'code_execution_tool_result_error', error_code: 'unavailable' };
    const events = [
      ...EVENTS.slice(0, 1),
      ...block(0, use('s', 'code_execution'), input('{"code')),
      ...block(1, { type: 'code_execution_tool_result', tool_use_id: 's', content: failed }),
      ...EVENTS.slice(-2),
    ];
    const translator = hubPair(responsesClient, claudeUpstream).response(
      responseContext({ stream: false }),
    );
    const whole = clientText(translator, [Buffer.from(claudeSse(events))]);
    const [code] = (JSON.parse(whole) as { output: Json[] }).output;
    assert.deepEqual([code?.status, code?.code], ['failed', '']);
    assert.deepEqual(code?.outputs, [{ type: 'logs', logs: 'unavailable' }]);
  });
});

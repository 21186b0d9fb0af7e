/**
 * What Claude clients send back, on Google (translate-gemini-thinking.md 6.1): thoughts, signatures,
 * documents. The signatures of Gemini come back in the form of 10.4, which the reference uses for
 * another upstream only.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { claudeClient } from '../../../src/formats/claude/client.ts';
import { claudeSignature } from '../../../src/formats/claude/signature.ts';
import type { RequestContext } from '../../../src/formats/format.ts';
import { decodeCarrier, encodeCarrier } from '../../../src/formats/gemini/carrier.ts';
import { nativeSignature, SENTINEL } from '../../../src/formats/gemini/signatures.ts';
import { geminiUpstream } from '../../../src/formats/gemini/upstream.ts';
import { hubPair } from '../../../src/formats/hub.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';

const SIGNATURE = 'EgQKAgEC';
const pair = hubPair(claudeClient, geminiUpstream);

function contentsOf(messages: unknown[], over: Partial<RequestContext> = {}): JsonObject[] {
  const body = Buffer.from(JSON.stringify({ messages }));
  const context = requestContext({ model: 'gemini-2.5-pro', ...over });
  const sent = Buffer.from(pair.encodeRequest(body, context)).toString();
  return (JSON.parse(sent) as { contents: JsonObject[] }).contents;
}

const USER = { role: 'user', content: 'q' };
const CALL = { type: 'tool_use', id: 'c1', name: 'f', input: {} };
const RESULT = {
  role: 'user',
  content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'r' }],
};
const thinking = (signature: string): JsonObject => ({
  type: 'thinking',
  thinking: 'hm',
  signature,
});
const said = (...content: unknown[]): unknown[] => [USER, { role: 'assistant', content }, RESULT];
const signed = (thoughtSignature: string): JsonObject => ({
  functionCall: { name: 'f', args: {} },
  thoughtSignature,
});

describe('turns of Claude clients on Google', () => {
  it('neighbours of one role are one turn for Anthropic: all results stand behind all calls', () => {
    const text = { type: 'text', text: 'go' };
    const contents = contentsOf([
      USER,
      { role: 'assistant', content: [text, CALL] },
      { role: 'assistant', content: [text, { ...CALL, id: 'c2' }] },
      // In the order in which they came, which is not that of the calls.
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c2', content: 's' }, text] },
      RESULT,
      { role: 'user', content: [text] },
    ]);
    const answer = (result: string) => ({ functionResponse: { name: 'f', response: { result } } });
    assert.deepEqual(contents.slice(1), [
      {
        role: 'model',
        parts: [
          { text: 'go' },
          signed(SENTINEL),
          { text: 'go' },
          { functionCall: { name: 'f', args: {} } },
        ],
      },
      { role: 'user', parts: [answer('r'), { text: 'go' }, answer('s')] },
      { role: 'user', parts: [{ text: 'go' }] },
    ]);
  });
});

describe('thinking of Claude clients on Google', () => {
  it('6.1: that of another model is left out, kept with is-compat', () => {
    for (const signature of ['', 'EgQKAggL']) {
      const messages = said(thinking(signature), CALL);
      assert.deepEqual(contentsOf(messages)[1]?.parts, [signed(SENTINEL)]);
      assert.deepEqual(contentsOf(messages, { keepsUnsigned: true })[1]?.parts, [
        { text: 'hm', thought: true },
        signed(SENTINEL),
      ]);
    }
  });

  it('Gemini’s own comes back, its signature on the call', () => {
    const next = { direction: 'next', target: 'function', signature: SIGNATURE } as const;
    for (const proof of [encodeCarrier(next, 'claude'), SIGNATURE]) {
      assert.deepEqual(contentsOf(said(thinking(proof), CALL))[1]?.parts, [
        { text: 'hm', thought: true },
        signed(SIGNATURE),
      ]);
    }
  });

  it('redacted thinking says nothing to Google', () => {
    const messages = said({ type: 'redacted_thinking', data: 'x' }, CALL);
    assert.deepEqual(contentsOf(messages, { keepsUnsigned: true })[1]?.parts, [signed(SENTINEL)]);
  });
});

describe('signatures of Gemini for Claude clients', () => {
  const THOUGHT = { text: 'hm', thought: true };
  const FIRST = { functionCall: { name: 'f', args: {} }, thoughtSignature: SIGNATURE };
  const SECOND = { functionCall: { name: 'g', args: {} } };
  const usageMetadata = { promptTokenCount: 1, totalTokenCount: 1 };

  function contentOf(request: JsonObject, parts: JsonObject[]): JsonObject[] {
    const requestBody = Buffer.from(JSON.stringify(request));
    const answer = {
      candidates: [{ content: { parts }, finishReason: 'STOP' }],
      responseId: 'r',
      usageMetadata,
    };
    const reading = pair.response(responseContext({ stream: false, requestBody }));
    const text = String(reading.onBody(Buffer.from(JSON.stringify(answer))));
    return (JSON.parse(text) as { content: JsonObject[] }).content;
  }

  const THINKS = { thinking: { type: 'enabled', budget_tokens: 1024 } };

  it('go with the thought before the call, and come back to the call', () => {
    const content = contentOf(THINKS, [THOUGHT, FIRST, SECOND]);
    assert.deepEqual(
      content.map(({ type }) => type),
      ['thinking', 'tool_use', 'tool_use'],
    );
    const [, turn] = contentsOf([USER, { role: 'assistant', content }, RESULT, USER]);
    assert.deepEqual(turn?.parts, [THOUGHT, FIRST, SECOND]);
  });

  it('a call without a thought has an empty one', () => {
    const content = contentOf(THINKS, [{ text: 'a' }, FIRST]);
    assert.deepEqual(
      content.map(({ type, thinking: text }) => [type, text]),
      [
        ['text', undefined],
        ['thinking', ''],
        ['tool_use', undefined],
      ],
    );
    const [, turn] = contentsOf([USER, { role: 'assistant', content }, RESULT, USER]);
    assert.deepEqual(turn?.parts, [{ text: 'a' }, FIRST]);
  });

  it('clients that do not think get no thoughts for them', () => {
    for (const request of [{}, { thinking: { type: 'disabled' } }]) {
      assert.deepEqual(
        contentOf(request, [FIRST]).map(({ type }) => type),
        ['tool_use'],
      );
    }
  });

  it('never stand behind the text, which clients take for the answer', () => {
    const content = contentOf(THINKS, [{ text: 'a', thoughtSignature: SIGNATURE }]);
    assert.deepEqual(content, [{ type: 'text', text: 'a' }]);
  });

  it('are nothing that Anthropic issued', () => {
    const carrier = { direction: 'next', target: 'function', signature: SIGNATURE } as const;
    assert.equal(claudeSignature(encodeCarrier(carrier, 'claude')), undefined);
  });
});

describe('a long signature', () => {
  it('is read, and does not break the request', () => {
    const field = (number: number, value: Buffer): Buffer => {
      const size = [(value.length & 0x7f) | 0x80, ((value.length >> 7) & 0x7f) | 0x80];
      const rest = [((value.length >> 14) & 0x7f) | 0x80, value.length >> 21];
      return Buffer.concat([Buffer.from([(number << 3) | 2, ...size, ...rest]), value]);
    };
    const proof = field(2, field(1, Buffer.alloc(9_000_000, 1))).toString('base64');
    assert.equal(nativeSignature(proof), proof);
  });
});

describe('carriers that are none', () => {
  const head = 'cpa-gemini-carrier-v1:';
  const data = Buffer.from(SIGNATURE).toString('base64').replace(/=+$/, '');
  const BROKEN = [
    `${head}next:function`,
    `${head}next:function:${data}:more`,
    `${head}sideways:function:${data}`,
    `${head}next:picture:${data}`,
    `${head}next:function:!${data}`,
    `${head}next:function:AAAA`,
    `${head}next:function:${Buffer.from(`${head}next:any:${data}`).toString('base64')}`,
  ];
  for (const text of BROKEN) {
    it(text.slice(0, 50), () => assert.equal(decodeCarrier(text), undefined));
  }
});

describe('results of Claude clients on Google', () => {
  const nameOf = (id: string): unknown => {
    const block = { type: 'tool_result', tool_use_id: id, content: 'r' };
    const [turn] = contentsOf([{ role: 'user', content: [block] }]);
    const [part] = turn?.parts as { functionResponse: JsonObject }[];
    return part?.functionResponse.name;
  };

  it('50: without its call a result is named by its id', () => {
    assert.equal(nameOf('toolu_01'), 'toolu_01');
    assert.equal(nameOf('get_w-3'), 'get_w');
  });
});

describe('documents of Claude clients on Google', () => {
  const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBE' };
  const inline = { inline_data: { mime_type: 'application/pdf', data: 'JVBE' } };

  it('data, text and addresses (the reference leaves them out)', () => {
    const content = [
      { type: 'document', source: pdf },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
      { type: 'document', source: { type: 'url', url: 'https://e.example/a.pdf?x=1' } },
      { type: 'image', source: { type: 'url', url: 'https://e.example/picture' } },
    ];
    assert.deepEqual(contentsOf([{ role: 'user', content }])[0]?.parts, [
      inline,
      { text: 'plain' },
      { fileData: { fileUri: 'https://e.example/a.pdf?x=1', mimeType: 'application/pdf' } },
      { fileData: { fileUri: 'https://e.example/picture', mimeType: 'image/jpeg' } },
    ]);
  });

  it('those that a tool gave back stand beside its response', () => {
    const results = [{ type: 'document', source: pdf }];
    const block = { type: 'tool_result', tool_use_id: 'c1', content: results };
    const [, , turn] = contentsOf([
      USER,
      { role: 'assistant', content: [CALL] },
      { role: 'user', content: [block] },
    ]);
    assert.deepEqual(turn?.parts, [
      { functionResponse: { name: 'f', response: { result: '' } } },
      inline,
    ]);
  });
});

/** Enums of numbers, which Google knows as texts, in the calls of its answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/canonical/value.ts';
import { pairFor } from '../../../src/formats/pairs.ts';
import { requestContext, responseContext } from '../chat/contexts.ts';

const level = { type: 'integer', enum: [1, 2] };
const parameters = {
  type: 'object',
  properties: {
    level,
    list: { type: 'array', items: { type: 'object', properties: { level } } },
    off: { const: false },
    maybe: { anyOf: [{ enum: [0.5, 'low'] }, { type: 'null' }] },
    none: { enum: ['a', null] },
    text: { enum: ['1', 1] },
    free: { type: 'string' },
  },
};

describe('arguments of calls of Google', () => {
  const pair = pairFor('openai', 'gemini');
  const requestBody = Buffer.from(
    JSON.stringify({
      messages: [{ role: 'user', content: 'q' }],
      tools: [{ type: 'function', function: { name: 'set level', parameters } }],
    }),
  );

  function argumentsFor(args: JsonObject): unknown {
    const upstreamBody = pair?.encodeRequest(requestBody, requestContext()) ?? requestBody;
    const context = responseContext({ stream: false, requestBody, upstreamBody });
    const functionCall = { name: 'set_level', args };
    const answer = {
      candidates: [{ content: { parts: [{ functionCall }] }, finishReason: 'STOP' }],
    };
    const body = pair?.response(context).onBody(Buffer.from(JSON.stringify(answer)));
    const { choices } = JSON.parse(String(body)) as { choices: JsonObject[] };
    const { tool_calls: calls } = choices[0]?.message as { tool_calls: JsonObject[] };
    return JSON.parse((calls[0]?.function as { arguments: string }).arguments);
  }

  it('have the types of the client’s schema again', () => {
    const told = { level: '2', list: [{ level: '1' }], off: 'false', maybe: '0.5', none: 'null' };
    assert.deepEqual(argumentsFor(told), {
      level: 2,
      list: [{ level: 1 }],
      off: false,
      maybe: 0.5,
      none: null,
    });
  });

  it('stay as they are where they fit, or where nothing is known of them', () => {
    const args = { level: 1, maybe: 'low', text: '1', free: '1', other: '2', list: 'x' };
    assert.deepEqual(argumentsFor(args), args);
  });
});

/** Requests for a token count (providers.md 7.1, 7.6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeProvider } from '../../../src/providers/claude/provider.ts';
import { asObject, input, keyRecord, turn } from '../support.ts';

const record = keyRecord({ provider: 'claude', baseUrl: '' });

describe('token counts of Anthropic', () => {
  it('the prompt alone is sent, under the feature of the endpoint', () => {
    const prompt = '"model":"m", "messages":[ {"role":"user","content":"q"} ],"tools":[]';
    const rest = '"max_tokens":1,"stream":false,"metadata":{},"context_management":{},"top_k":3';
    const request = claudeProvider.countRequest?.(
      input({
        record,
        token: 'sk-ant-api03-x',
        format: 'claude',
        streaming: false,
        turn: turn(['anthropic-beta', 'b0'], { format: 'claude' }),
        body: Buffer.from(`{${prompt},${rest},"betas":["b1"]}`),
      }),
    );
    assert.equal(request?.url, 'https://api.anthropic.com/v1/messages/count_tokens?beta=true');
    const headers = asObject(request.headers);
    assert.equal(headers['anthropic-beta'], 'b0,b1,token-counting-2024-11-01');
    assert.equal(headers['x-api-key'], 'sk-ant-api03-x');
    assert.equal(Buffer.from(request.body ?? '').toString(), `{${prompt}}`);
  });

  it('only Anthropic itself is asked: relays seldom have the endpoint', () => {
    const counts = (baseUrl: string) => claudeProvider.countsTokens?.({ ...record, baseUrl });
    assert.deepEqual(['', 'https://api.anthropic.com', 'https://gw.example'].map(counts), [
      true,
      true,
      false,
    ]);
  });
});

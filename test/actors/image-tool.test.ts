import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostSettings } from '../../src/actors/settings.ts';
import { imageToolWish } from '../../src/actors/image-tool.ts';
import { parse } from '../config/support.ts';
import { recordOf } from './support.ts';
import type { UpstreamFormat } from '../../src/formats/format.ts';

function wish(
  yaml: string,
  { plan = 'plus', format = 'codex' as UpstreamFormat, model = 'gpt-5.5' } = {},
): string | undefined {
  const settings = hostSettings(parse(yaml));
  return imageToolWish({ settings, record: recordOf({ plan }) }, format, model);
}

const ON = 'disable-image-generation: false';

describe('what becomes of the hosted image tool (codex.md 1.6, 1.8)', () => {
  it('37: added only on demand (the reference: by default)', () => {
    assert.equal(wish(''), undefined);
    assert.equal(wish('disable-image-generation:'), undefined);
    assert.equal(wish('disable-image-generation: passthrough'), undefined);
    assert.equal(wish(ON), 'add');
  });

  it('38: not for accounts of the plan free', () => {
    assert.equal(wish(ON, { plan: 'Free' }), undefined);
  });

  it('39: not for models that refuse it', () => {
    assert.equal(wish(ON, { model: 'gpt-5.3-codex-spark' }), undefined);
  });

  it('only in requests to Codex', () => {
    assert.equal(wish(ON, { format: 'openai' }), undefined);
    assert.equal(wish(ON, { format: 'openai-response' }), undefined);
  });

  it('taken out of requests to every upstream', () => {
    for (const value of ['true', 'chat']) {
      for (const format of ['codex', 'openai', 'openai-response'] as const) {
        const yaml = `disable-image-generation: ${value}`;
        assert.equal(wish(yaml, { format, plan: 'free' }), 'remove');
      }
    }
  });
});

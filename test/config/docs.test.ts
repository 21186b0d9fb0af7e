import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readPage, renderPage } from '../../scripts/docs-config.ts';

it('docs/configuration.md is current: run node --import tsx scripts/docs-config.ts', async () => {
  const page = readPage();
  assert.equal(page, await renderPage(page));
  assert.match(page, /\| `switchyard\.limits\.max-body-mb` +\| number +\| `64` +\|/);
});

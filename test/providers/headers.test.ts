/** Headers of a credential's own settings (providers.md 1.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeaderList, MAX_HEADER_CHARS, setCustomHeaders } from '../../src/providers/headers.ts';

function sent(custom: Record<string, string>, client: string[] = []): string[] {
  const list = new HeaderList();
  list.set('Content-Type', 'application/json');
  setCustomHeaders(list, custom, client);
  return list.flat().slice(2);
}

describe('custom headers', () => {
  it('P4: `$Name` copies the header of the client, whatever its case', () => {
    assert.deepEqual(sent({ 'X-A': '$x-trace' }, ['x-trace', '7']), ['X-A', '7']);
    assert.deepEqual(sent({ 'X-A': '$X-Trace' }, ['x-trace', '7']), ['X-A', '7']);
  });

  it('P5: `$Name` sets nothing when the client did not send it', () => {
    assert.deepEqual(sent({ 'X-A': '$x-trace' }, ['x-other', 'x-trace']), []);
    assert.deepEqual(sent({ 'X-A': '$x-trace' }, ['x-trace', ' ']), []);
  });

  it('replace what was set before, in its place', () => {
    const list = new HeaderList();
    list.set('User-Agent', 'a');
    list.set('Accept', 'b');
    setCustomHeaders(list, { 'user-agent': 'mine', Host: 'up.example' }, []);
    const expected = ['user-agent', 'mine', 'Accept', 'b', 'Host', 'up.example'];
    assert.deepEqual(list.flat(), expected);
  });

  it('never frame the message, and are sendable', () => {
    const custom = {
      'Content-Length': '5',
      'X-A': 'a\nb',
      'X-B': 'x'.repeat(MAX_HEADER_CHARS + 1),
    };
    assert.deepEqual(sent(custom), []);
  });
});

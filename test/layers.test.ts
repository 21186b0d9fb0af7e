/** Dependencies point one way (design 3), and no file reaches itself through its imports. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** From the floor up. A part may import parts of lower rows, and itself. */
const LAYERS: readonly (readonly string[])[] = [
  ['ids', 'errors', 'headers', 'version'],
  ['json', 'canonical', 'threads'],
  // Configuration and credential files are read together: each knows the other's types.
  ['config+credentials'],
  ['thinking', 'conversation'],
  ['formats'],
  ['turn'],
  ['observe', 'upstream'],
  ['state', 'providers', 'sandbox'],
  ['actors'],
  ['routing'],
  ['front'],
  ['supervisor', 'cli'],
  ['main'],
];

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const pattern = /(import|export)( type)?\s[^;'"]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    from: file,
    to: relative(SRC, resolve(SRC, dirname(file), match[3] ?? match[4] ?? '')),
    typeOnly: match[2] !== undefined,
  }));
}

function partOf(file: string): string {
  const [first = ''] = file.split('/');
  const name = first.replace(/\.ts$/, '');
  return name === 'config' || name === 'credentials' ? 'config+credentials' : name;
}

const rankOf = (part: string): number => LAYERS.findIndex((layer) => layer.includes(part));

const imports = sourceFiles().flatMap(importsOf);

describe('layers', () => {
  it('every part has its place', () => {
    const parts = new Set(sourceFiles().map(partOf));
    assert.deepEqual(
      [...parts].filter((part) => rankOf(part) < 0),
      [],
    );
  });

  it('no part imports one beside or above it', () => {
    const wrong = imports
      .filter(({ from, to }) => partOf(from) !== partOf(to))
      .filter(({ from, to }) => rankOf(partOf(to)) >= rankOf(partOf(from)))
      .map(({ from, to }) => `${from} imports ${to}`);
    assert.deepEqual(wrong, []);
  });

  it('no file imports itself in a circle at run time', () => {
    const next = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports) {
      if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
    }
    assert.deepEqual(circleIn(next), []);
  });
});

/** The first circle that a depth-first walk meets. */
function circleIn(next: ReadonlyMap<string, string[]>): string[] {
  const done = new Set<string>();
  const walk = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const target of next.get(file) ?? []) {
      const found = walk(target, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of next.keys()) {
    const found = walk(file, []);
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * Recorded conversations of real clients (test/fixtures/clients, format in its README): typed, with
 * shortened texts filled up to their old size and repeated members put back.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** One recorded step of a client. */
export interface RecordedStep {
  n: number;
  /** Milliseconds since the first request. */
  t: number;
  transport: 'http' | 'ws-open' | 'ws-frame' | 'ws-close';
  api: string;
  /** `''` for frames. */
  method: string;
  /** With query; `''` for frames. */
  path: string;
  /** In wire order with the client's spelling; secrets are `<SECRET>`. */
  headers: [string, string][];
  /** Number of the `ws-open` that a frame belongs to. */
  conn?: number;
  /** Size of the decoded body. */
  bodyBytes?: number;
  /** Size on the wire when it was compressed. */
  wireBytes?: number;
  /** Parsed and expanded; see {@link bodyText}. */
  body?: Record<string, unknown>;
  /** What the recorded upstream answered. */
  reply?: { phase?: string | null; fault?: string | null; result?: unknown; responseId?: string };
}

/** One scenario of one client. */
export interface ClientFixture {
  client: string;
  version: string;
  scenario: string;
  note: string;
  requests: RecordedStep[];
}

const FOLDER = new URL('../fixtures/clients/', import.meta.url);
const FILL = /<<fill:(\d+)>>/g;
const SAME = /^<<same:(\d+)\.(.+)>>$/;
const FILL_UNIT = 'lorem ipsum dolor sit amet ';

/** Names like `codex/01-http-sse-two-processes.json`, sorted; only of one client when it is given. */
export function fixtureNames(client?: string): string[] {
  const folders = client === undefined ? clientNames() : [client];
  return folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, FOLDER))
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => `${folder}/${file}`),
  );
}

/** Loads one scenario, e.g. `codex/01-http-sse-two-processes.json`; the extension may be left out. */
export function loadFixture(name: string): ClientFixture {
  const file = name.endsWith('.json') ? name : `${name}.json`;
  const fixture = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as ClientFixture;
  const bodies = new Map<number, Record<string, unknown>>();
  for (const step of fixture.requests) {
    step.method ??= '';
    step.path ??= '';
    step.headers ??= [];
    if (step.body === undefined) continue;
    step.body = expandBody(step.body, bodies);
    bodies.set(step.n, step.body);
  }
  return fixture;
}

/** The body as the client wrote it (compact JSON), or `''`. */
export function bodyText(step: RecordedStep): string {
  return step.body === undefined ? '' : JSON.stringify(step.body);
}

/** First value of a header, compared without case. */
export function headerOf(step: RecordedStep, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return step.headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

function clientNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function expandBody(
  body: Record<string, unknown>,
  earlier: Map<number, Record<string, unknown>>,
): Record<string, unknown> {
  const members = Object.entries(body).map(([key, value]) => {
    const same = typeof value === 'string' ? SAME.exec(value) : null;
    if (same === null) return [key, expand(value)];
    const source = earlier.get(Number(same[1]));
    if (source === undefined) throw new Error(`fixture refers to unknown request ${same[1]}`);
    return [key, source[same[2] ?? '']];
  });
  return Object.fromEntries(members) as Record<string, unknown>;
}

function expand(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(FILL, (_, size) => filler(Number(size)));
  if (Array.isArray(value)) return value.map(expand);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expand(inner)]));
}

function filler(bytes: number): string {
  return FILL_UNIT.repeat(Math.ceil(bytes / FILL_UNIT.length)).slice(0, bytes);
}

/**
 * The instant upstream of the pair rows: whatever path says which family is asked, and the model's
 * name how many pieces the answer has. Each event is a write of its own in a loop turn of its own, as
 * a model would do it. Run as its own process; prints its port. Not uWebSockets.js: that refuses the
 * header `session_id`.
 */
import { createServer, type ServerResponse } from 'node:http';
import { eventsOf, type Family } from './streams.ts';

const families: readonly [RegExp, Family][] = [
  [/\/chat\/completions/, 'chat'],
  [/\/responses/, 'codex'],
  [/\/messages/, 'claude'],
  [/:streamGenerateContent/, 'gemini'],
];
const streams = new Map<string, Buffer[]>();

const server = createServer((request, response) => {
  const family = families.find(([path]) => path.test(request.url ?? ''))?.[1];
  let head = '';
  request.on('data', (part: Buffer) => {
    if (!head.includes('bench-')) head += part.toString('latin1');
  });
  request.on('end', () => {
    const count = /bench-\w+-(\d+)/.exec((request.url ?? '') + head)?.[1];
    if (family === undefined || count === undefined) response.writeHead(404).end();
    else send(response, stream(family, Number(count)));
  });
});

function stream(family: Family, count: number): Buffer[] {
  const key = `${family} ${String(count)}`;
  const known = streams.get(key) ?? eventsOf(family, count).map((event) => Buffer.from(event));
  streams.set(key, known);
  return known;
}

function send(response: ServerResponse, events: readonly Buffer[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let next = 0;
  const step = (): void => {
    const event = events[next];
    if (event === undefined) {
      response.end();
      return;
    }
    response.write(event);
    next += 1;
    setImmediate(step);
  };
  step();
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});

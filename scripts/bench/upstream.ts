/**
 * The instant upstream of the benchmark: answers Chat Completions with a fixed body, so that what is
 * measured is the proxy. Run as its own process; prints its port.
 */
import uws from 'uWebSockets.js';

const EVENT_COUNT = 50;

const chunk = (index: number): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'bench',
    choices: [{ index: 0, delta: { content: `token ${index} ` }, finish_reason: null }],
  })}\n\n`;

const EVENTS = Array.from({ length: EVENT_COUNT }, (_, index) => chunk(index));
const DONE = 'data: [DONE]\n\n';

const ANSWER = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: 'bench',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'x'.repeat(600) }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 500, completion_tokens: 150, total_tokens: 650 },
});

/** One 1 MB stream of large events, written as fast as the reader takes them. */
const BIG_EVENT = `data: ${JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'bench',
  choices: [{ index: 0, delta: { content: 'y'.repeat(4000) }, finish_reason: null }],
})}\n\n`;
const BIG_EVENT_COUNT = 256;

function streamEvents(res: uws.HttpResponse): void {
  res.cork(() => {
    res.writeHeader('content-type', 'text/event-stream');
    res.write(EVENTS[0] ?? '');
  });
  // The rest in a later loop turn each, as a model would: many small writes, not one large one.
  let next = 1;
  const step = (): void => {
    if (aborted.has(res)) return;
    const event = EVENTS[next];
    if (event === undefined) {
      res.cork(() => res.end(DONE));
      return;
    }
    res.cork(() => res.write(event));
    next += 1;
    setImmediate(step);
  };
  setImmediate(step);
}

const aborted = new WeakSet<uws.HttpResponse>();

function streamMegabyte(res: uws.HttpResponse): void {
  let sent = 0;
  const pump = (): boolean => {
    while (sent < BIG_EVENT_COUNT) {
      if (aborted.has(res)) return true;
      sent += 1;
      let taken = true;
      res.cork(() => {
        taken = res.write(BIG_EVENT);
      });
      if (!taken) return false;
    }
    res.cork(() => res.end(DONE));
    return true;
  };
  res.cork(() => {
    res.writeHeader('content-type', 'text/event-stream');
  });
  res.onWritable(() => pump());
  pump();
}

function answer(res: uws.HttpResponse, body: Buffer): void {
  const head = body.subarray(0, 200).toString('latin1');
  if (head.includes('"bench-megabyte"')) streamMegabyte(res);
  else if (head.includes('"stream":true')) streamEvents(res);
  else {
    res.cork(() => {
      res.writeHeader('content-type', 'application/json');
      res.end(ANSWER);
    });
  }
}

uws
  .App()
  .post('/v1/chat/completions', (res) => {
    const parts: Buffer[] = [];
    res.onAborted(() => aborted.add(res));
    res.onData((part, isLast) => {
      parts.push(Buffer.from(part.slice(0)));
      if (isLast) answer(res, parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
    });
  })
  .listen('127.0.0.1', 0, (socket) => {
    process.stdout.write(`${uws.us_socket_local_port(socket)}\n`);
  });

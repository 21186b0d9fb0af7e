/**
 * The instant upstream of this benchmark: every WebSocket frame gets the same short answer, one event
 * per message, under an id of its own. Run as its own process; prints its port. Not uWebSockets.js:
 * that refuses the handshake's `session_id`.
 */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { responsesEvents } from '../../src/sandbox/responses-wire.ts';

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Stands for the id in the ready texts. */
const MARK = 'ID';

const EVENTS = responsesEvents({
  id: MARK,
  model: 'bench',
  createdAt: 1_760_000_000,
  text: 'A short answer in some pieces. '.repeat(4),
  toolCall: undefined,
  usage: {
    inputTokens: 10_000,
    cachedTokens: 9_000,
    outputTokens: 30,
    reasoningTokens: 0,
    totalTokens: 10_030,
  },
}).map((event) => JSON.stringify(event).split(`_${MARK}`));

let answers = 0;

const server = createServer();
const sockets = new WebSocketServer({ server, maxPayload: MAX_MESSAGE_BYTES });
sockets.on('connection', (client, request) => {
  client.on('message', () => {
    answers += 1;
    request.socket.cork();
    for (const event of EVENTS) client.send(event.join(`_${answers}`));
    request.socket.uncork();
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});

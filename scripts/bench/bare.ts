/**
 * The yardstick: the shortest pass-through one would write with node:http and undici, one thread.
 * Run as its own process with the upstream's origin as argument; prints its port.
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(process.argv[2] ?? '', { connections: 256 });

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    pool
      .request({
        method: 'POST',
        path: req.url ?? '/',
        headers: { 'content-type': 'application/json' },
        body: Buffer.concat(chunks),
      })
      .then(
        ({ statusCode, headers, body }) => {
          res.writeHead(statusCode, { 'content-type': String(headers['content-type']) });
          body.on('error', () => res.destroy());
          body.pipe(res);
        },
        () => res.writeHead(502).end(),
      );
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});

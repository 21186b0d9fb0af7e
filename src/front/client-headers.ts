/**
 * Which client headers travel to the actor: all but access credentials and hop-by-hop ones (RFC 9110,
 * 7.6.1).
 */

const LEFT_OUT: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'cookie',
  'proxy-authorization',
  'host',
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'te',
  'trailer',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
  'expect',
]);

/** Flat pairs with lower-case names, as received, without what the upstream must never see. */
export function clientTurnHeaders(headers: readonly string[]): string[] {
  const kept: string[] = [];
  const named = namedInConnection(headers);
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (!LEFT_OUT.has(name) && !named.includes(name)) kept.push(name, headers[index + 1] as string);
  }
  return kept;
}

/** Names that the client itself declared hop-by-hop; nearly always none or `keep-alive`. */
function namedInConnection(headers: readonly string[]): string[] {
  const named: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== 'connection') continue;
    const names = headers[index + 1]?.toLowerCase().split(',') ?? [];
    named.push(...names.map((name) => name.trim()));
  }
  return named;
}

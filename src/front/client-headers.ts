/** Which client headers travel to the actor: all but access credentials and hop-by-hop ones. */

const LEFT_OUT: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'cookie',
  'proxy-authorization',
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

/** Flat pairs with lower-case names, as received, without what the upstream must never see. */
export function clientTurnHeaders(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (!LEFT_OUT.has(name)) kept.push(name, headers[index + 1] as string);
  }
  return kept;
}

/** Handshake headers in the form that `ws` takes: an object, which has every name once. Pure. */

/** Names that `ws` alone writes. */
const OF_HANDSHAKE = /^(connection|upgrade|sec-websocket-.*)$/i;

/** Order and case are kept; the values of a repeated name are joined (RFC 9110, 5.2). */
export function handshakeHeaders(flat: readonly string[]): Record<string, string> {
  const names = new Map<string, string>();
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const [name = '', value = ''] = flat.slice(index, index + 2);
    if (OF_HANDSHAKE.test(name)) continue;
    const first = names.get(name.toLowerCase());
    names.set(name.toLowerCase(), first ?? name);
    headers[first ?? name] = first === undefined ? value : `${headers[first]}, ${value}`;
  }
  return headers;
}

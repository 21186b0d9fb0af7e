/** Headers as flat name/value pairs in wire order, as they travel through the program. */

/** The first value of a header among names in lower case, such as those of clients. */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === name) return headers[index + 1];
  }
  return undefined;
}

/** The first value of a header among names as an upstream spelled them; `name` in lower case. */
export function upstreamHeader(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const spelled = headers[index] ?? '';
    if (spelled.length === name.length && spelled.toLowerCase() === name) return headers[index + 1];
  }
  return undefined;
}

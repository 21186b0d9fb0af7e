/** Streamed HTTP requests of the clients. */
import { request } from 'undici';

/** Longest time for one answer; the sandbox answers at once. */
const ANSWER_MS = 60_000;

/** Posts a body and reads the whole stream; resolves with its `data:` values. @throws on a refusal. */
export async function postStream(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<string[]> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) {
    const code = /"(?:code|type)":"([^"]+)"/.exec(text)?.[1] ?? '';
    throw new Error(`status ${answer.statusCode} ${code}`);
  }
  return text.split(/\r?\n/).flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
}

/**
 * Paths of Gemini clients: the model stands in the path, and the verb behind its last colon (clients.md
 * 2, row 14, and 3.1). Names come as they are, with slashes, parentheses, colons.
 */

/** A request about one model. */
export interface GeminiAction {
  /** As the client spelled it. */
  model: string;
  verb: GeminiVerb;
}

export type GeminiVerb = 'generateContent' | 'streamGenerateContent' | 'countTokens';

const VERBS: ReadonlySet<string> = new Set<GeminiVerb>([
  'generateContent',
  'streamGenerateContent',
  'countTokens',
]);

/**
 * What stands before a model: the API's versions, Vertex, and last the form of `@ai-sdk/google`,
 * which leaves `models/` out when a name has a slash.
 */
const PREFIXES = [
  '/v1beta/models/',
  '/v1/models/',
  '/v1beta1/publishers/google/models/',
  '/v1beta/',
] as const;

const VERSION = '/v1beta';
const VERTEX_VERSION = '/v1beta1/';

/** What the path asks for; undefined: it is no action of a Gemini client, or an unknown verb. */
export function geminiAction(path: string): GeminiAction | undefined {
  const colon = path.lastIndexOf(':');
  const verb = path.slice(colon + 1);
  const prefix = PREFIXES.find((start) => path.startsWith(start));
  if (colon < 0 || prefix === undefined || !isVerb(verb)) return undefined;
  const model = unescaped(path.slice(prefix.length, colon));
  return model === '' ? undefined : { model, verb };
}

const isVerb = (verb: string): verb is GeminiVerb => VERBS.has(verb);

const WORD = /^[A-Za-z]*$/;

/** The model whose description the path asks for; undefined for other paths. */
export function geminiModelOf(path: string): string | undefined {
  const [prefix] = PREFIXES;
  if (!path.startsWith(prefix)) return undefined;
  const name = path.slice(prefix.length);
  const colon = name.lastIndexOf(':');
  // Behind a colon stands a verb, unless it is the one of `gemini://m`.
  const isAction = colon >= 0 && WORD.test(name.slice(colon + 1));
  return isAction || name === '' ? undefined : unescaped(name);
}

/** Does the path belong to Gemini's API alone? Errors there have Google's form. */
export function isGeminiPath(path: string): boolean {
  if (path === VERSION || path.startsWith(`${VERSION}/`)) return true;
  return path.startsWith(VERTEX_VERSION) || geminiAction(path) !== undefined;
}

/** No client escapes a name; a name with a stray `%` is meant as it is. */
export function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * The route table: which path and method lead to what. Pure data and one lookup; handlers live in
 * `front.ts`.
 */
import { geminiAction, geminiModelOf, unescaped } from './gemini-paths.ts';
import type { ClientFormat } from '../formats/format.ts';
import type { LoginPage } from './openai-login/pages.ts';
import type { NamedModel } from './peek.ts';

/** Where a request goes. */
export type Route =
  | {
      kind: 'turn';
      format: ClientFormat;
      /** Also takes `multipart/form-data`. */
      forms?: true;
      /** Also takes WebSockets. */
      sockets?: true;
      /** Model and form, where the path says them instead of the body. */
      named?: NamedModel;
      /** Only the size of the request is asked for. */
      counts?: true;
    }
  | { kind: 'gemini-models'; model?: string }
  | { kind: 'models'; model?: string }
  | { kind: 'login'; page: LoginPage }
  | { kind: 'health' }
  | { kind: 'home' };

/** Route of a turn. */
export type TurnRoute = Extract<Route, { kind: 'turn' }>;

/** What is known about a path. */
export interface PathEntry {
  route: Route;
  methods: readonly string[];
  /** Needs a client access key (config.md 14). */
  guarded: boolean;
}

const GET = ['GET', 'HEAD'] as const;
const POST = ['POST'] as const;

/** A compaction is a turn that never streams (codex.md 3.4). */
const COMPACT: PathEntry = {
  route: { kind: 'turn', format: 'openai-response' },
  methods: POST,
  guarded: true,
};

/** What a ChatGPT login asks for beside its turns (clients.md 5.4). */
const login = (page: LoginPage): PathEntry => ({
  route: { kind: 'login', page },
  methods: GET,
  guarded: true,
});

const GEMINI_MODELS: PathEntry = {
  route: { kind: 'gemini-models' },
  methods: GET,
  guarded: true,
};

const PATHS: ReadonlyMap<string, PathEntry> = new Map<string, PathEntry>([
  ['/', { route: { kind: 'home' }, methods: GET, guarded: false }],
  ['/healthz', { route: { kind: 'health' }, methods: GET, guarded: false }],
  ['/api/hello', { route: { kind: 'health' }, methods: GET, guarded: false }],
  ['/v1beta/models', GEMINI_MODELS],
  ['/v1/models', { route: { kind: 'models' }, methods: GET, guarded: true }],
  [
    '/v1/chat/completions',
    { route: { kind: 'turn', format: 'openai' }, methods: POST, guarded: true },
  ],
  [
    '/v1/completions',
    { route: { kind: 'turn', format: 'openai-completion' }, methods: POST, guarded: true },
  ],
  [
    '/v1/responses',
    {
      route: { kind: 'turn', format: 'openai-response', sockets: true },
      methods: POST,
      guarded: true,
    },
  ],
  ['/v1/messages', { route: { kind: 'turn', format: 'claude' }, methods: POST, guarded: true }],
  [
    '/v1/messages/count_tokens',
    { route: { kind: 'turn', format: 'claude', counts: true }, methods: POST, guarded: true },
  ],
  ['/v1/responses/compact', COMPACT],
  ['/backend-api/codex/responses/compact', COMPACT],
  ['/backend-api/codex/models', login('models')],
  ['/backend-api/wham/accounts/check', login('accounts')],
  ['/backend-api/wham/settings/user', login('settings')],
  ['/backend-api/wham/usage', login('usage')],
  ['/backend-api/ps/plugins/installed', login('installed-plugins')],
  ['/backend-api/ps/plugins/suggested/codex', login('suggested-plugins')],
  [
    '/v1/images/generations',
    { route: { kind: 'turn', format: 'openai-image' }, methods: POST, guarded: true },
  ],
  [
    '/v1/images/edits',
    { route: { kind: 'turn', format: 'openai-image', forms: true }, methods: POST, guarded: true },
  ],
  [
    '/backend-api/codex/responses',
    {
      route: { kind: 'turn', format: 'openai-response', sockets: true },
      methods: POST,
      guarded: true,
    },
  ],
]);

/** The entry of a path; one trailing slash is forgiven. */
export function routeOf(path: string): PathEntry | undefined {
  const exact = PATHS.get(path);
  if (exact !== undefined) return exact;
  const bare = path.length > 1 && path.endsWith('/') ? PATHS.get(path.slice(0, -1)) : undefined;
  return bare ?? geminiEntry(path) ?? modelEntry(path);
}

const ONE_MODEL = '/v1/models/';

/** The description of one model, whose name may have slashes. */
function modelEntry(path: string): PathEntry | undefined {
  const model = path.startsWith(ONE_MODEL) ? unescaped(path.slice(ONE_MODEL.length)) : '';
  if (model === '') return undefined;
  return { route: { kind: 'models', model }, methods: GET, guarded: true };
}

/** Gemini's paths hold the name of the model. */
function geminiEntry(path: string): PathEntry | undefined {
  const action = geminiAction(path);
  if (action === undefined) {
    const model = geminiModelOf(path);
    if (model === undefined) return undefined;
    return { ...GEMINI_MODELS, route: { kind: 'gemini-models', model } };
  }
  const named = { model: action.model, stream: action.verb === 'streamGenerateContent' };
  const counts = action.verb === 'countTokens' && { counts: true as const };
  return {
    route: { kind: 'turn', format: 'gemini', named, ...counts },
    methods: POST,
    guarded: true,
  };
}

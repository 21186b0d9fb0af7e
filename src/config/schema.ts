/**
 * The config file as a whole: decode, check, normalise (config.md 1, 2, 5). Keys that are not
 * served yet are accepted and named in `ignoredKeys`; combinations are checked here, at the door.
 */
import { z } from 'zod';
import { entryRecords } from '../credentials/entries.ts';
import {
  claudeEntrySchema,
  codexEntrySchema,
  compatEntrySchema,
  geminiEntrySchema,
  vertexEntrySchema,
} from '../credentials/entry-schemas.ts';
import { aliasSchema, excludedSchema, ruleSchema } from '../credentials/nested.ts';
import { SwitchyardError } from '../errors.ts';
import { checkCombinations } from './combinations.ts';
import { list, mapOf, section } from './scalars.ts';
import { oauthExcluded, oauthAliases, oauthRules } from './sections/oauth.ts';
import { ownShape, toLimits, toSockets, toUpstream, unknownOwnKeys } from './sections/own.ts';
import { payloadShape, toPayload } from './sections/payload.ts';
import { routingShape, toRetry, toRouting } from './sections/routing.ts';
import {
  expandPath,
  ignoredCodexKeys,
  serverShape,
  toAnswers,
  toServer,
  toTls,
  type PathEnv,
} from './sections/server.ts';
import type { Config } from './types.ts';
import { describeIssues } from './values.ts';
import { parseYaml } from './yaml.ts';

/** All keys that have an effect. */
export const configSchema = z.looseObject({
  ...serverShape,
  ...routingShape,
  'gemini-api-key': list(geminiEntrySchema, 'Keys of the Gemini API and of relays.'),
  'claude-api-key': list(
    claudeEntrySchema,
    'Keys of Anthropic and of upstreams that speak like it.',
  ),
  'codex-api-key': list(codexEntrySchema, 'Keys of Codex-compatible upstreams.'),
  'openai-compatibility': list(compatEntrySchema, 'Providers that speak Chat Completions.'),
  'vertex-api-key': list(vertexEntrySchema, 'Keys of Vertex AI.'),
  'oauth-model-alias': mapOf(
    list(aliasSchema, 'Aliases of one provider.'),
    'Model aliases of OAuth and file credentials, by provider.',
  ),
  'oauth-excluded-models': mapOf(
    excludedSchema,
    'Wildcards of models left out for file credentials, by provider.',
  ),
  'oauth-request-scoped-errors': mapOf(
    list(ruleSchema, 'Rules of one provider.'),
    'Rules for errors that concern one request only, by provider.',
  ),
  payload: payloadShape,
  switchyard: section(ownShape),
});

/**
 * Text of a config file to the running configuration.
 * @throws SwitchyardError `invalid_config` that names the key paths at fault
 */
export function parseConfig(yamlText: string, env: PathEnv): Config {
  const parsed = configSchema.safeParse(parseYaml(yamlText));
  if (!parsed.success) {
    throw new SwitchyardError('invalid_config', { message: describeIssues(parsed.error) });
  }
  const keys = parsed.data;
  const own = keys.switchyard;
  const ignored = Object.keys(keys).filter((name) => !Object.hasOwn(configSchema.shape, name));
  ignored.push(...unknownOwnKeys(own), ...ignoredCodexKeys(keys));
  const config: Config = {
    ...toServer(keys),
    tls: toTls(keys.tls, env),
    authDir: keys['auth-dir'] && expandPath(keys['auth-dir'], env),
    routing: toRouting(keys, own['unknown-model-status']),
    retry: toRetry(keys, keys.streaming['bootstrap-retries']),
    answers: toAnswers(keys, own['diagnostic-headers']),
    limits: toLimits(own.limits),
    cors: { origins: own.cors.origins },
    upstream: toUpstream(own.upstream),
    sockets: toSockets(own.sockets),
    threads: { hosts: own.threads.hosts, fronts: own.threads.fronts },
    sandbox: own.sandbox,
    stateDir: own['state-dir'] && expandPath(own['state-dir'], env),
    payload: toPayload(keys.payload, ignored),
    oauthModelAlias: oauthAliases(keys['oauth-model-alias']),
    oauthExcludedModels: oauthExcluded(keys['oauth-excluded-models']),
    oauthRequestScopedErrors: oauthRules(keys['oauth-request-scoped-errors'], ignored),
    credentials: entryRecords(keys, ignored),
    ignoredKeys: ignored,
  };
  checkCombinations(config);
  return config;
}

/** The credential sections of the config file that are served (config.md 3): what an item may hold. */
import type { z } from 'zod';
import {
  documented,
  flag,
  flagLeaf,
  item,
  list,
  maybeFlag,
  text,
  whole,
  wholeLeaf,
} from '../config/scalars.ts';
import { excludedSchema, modelSchema, ruleSchema } from './nested.ts';
import { baseUrlLeaf, headersSchema, weightLeaf } from './normalise.ts';

const weight = documented(weightLeaf.default(1), {
  type: 'number',
  description: 'Share under `weighted-round-robin`; 0 takes the credential out of it.',
});
const proxyUrl = text('', 'Outbound proxy of this credential; `direct` = none.');

const commonShape = {
  'base-url': documented(baseUrlLeaf.default(''), {
    type: 'text',
    description: 'Upstream address. Required: an item without it is left out.',
  }),
  priority: whole(0, 'Higher is chosen first.'),
  prefix: text('', 'Namespace: models appear as `prefix/model`.'),
  headers: documented(headersSchema.default({}), {
    type: 'map',
    description: 'Extra upstream headers; `$Name` copies the header of the client.',
    shown: '{}',
  }),
  models: list(modelSchema, 'Models offered; empty = the catalogue of the provider.'),
  'disable-cooling': maybeFlag('Overrides `disable-cooling` for this credential.'),
  'request-retry': documented(wholeLeaf(-Infinity, Infinity).optional(), {
    type: 'number',
    description: 'Overrides `request-retry` for this credential.',
    shown: 'inherit',
  }),
  'request-scoped-errors': list(ruleSchema, 'Rules for errors that concern one request only.'),
  'keep-cache-retention': documented(flagLeaf.optional(), {
    type: 'bool',
    description: 'Keep the `prompt_cache_retention` of the client. Switchyard only.',
    shown: 'by provider',
  }),
};

/** An item of `codex-api-key`. */
export const codexEntrySchema = item({
  'api-key': text('', 'Key sent upstream; empty = no `Authorization` header.'),
  ...commonShape,
  weight,
  'proxy-url': proxyUrl,
  'excluded-models': excludedSchema,
  websockets: flag(false, 'Ask it over WebSockets that stay open, one for each conversation.'),
});

/** Members of an item whose provider has an address of its own. */
const keyShape = (address: string) => ({
  'api-key': text('', 'Key sent upstream; empty = none is sent.'),
  ...commonShape,
  'base-url': documented(baseUrlLeaf.default(''), {
    type: 'text',
    description: `Upstream address; empty = ${address}.`,
  }),
  weight,
  'proxy-url': proxyUrl,
  'excluded-models': excludedSchema,
});

/** An item of `claude-api-key`. */
export const claudeEntrySchema = item({
  ...keyShape('the Anthropic API'),
  'rebuild-mid-system-message': flag(
    false,
    'Move system messages amid a conversation to the end of `system`.',
  ),
});

/** An item of `gemini-api-key`. */
export const geminiEntrySchema = item(keyShape('the Gemini API'));

/** An item of `vertex-api-key`. */
export const vertexEntrySchema = item(keyShape('the API of Vertex AI'));

/** An item of `openai-compatibility[].api-key-entries`. */
export const keyEntrySchema = item({
  'api-key': text('', 'Key sent upstream.'),
  weight,
  'proxy-url': proxyUrl,
});

/** An item of `openai-compatibility`. */
export const compatEntrySchema = item({
  name: text('', 'Provider name.'),
  disabled: flag(false, 'Leave the whole provider out.'),
  ...commonShape,
  'api-key-entries': list(keyEntrySchema, 'Keys; empty = one credential without a key.'),
  'support-prompt-cache-key': flag(false, 'Derive and send `prompt_cache_key`.'),
});

/** What items of all sections have in common. */
export type CommonEntry = z.output<z.ZodObject<typeof commonShape>>;

/** An item that is one key: of every section the members that count for its record. */
export type KeyEntry = z.output<typeof geminiEntrySchema> & {
  websockets?: boolean;
  'rebuild-mid-system-message'?: boolean;
};

/** The decoded credential sections. */
export interface EntrySections {
  'gemini-api-key': z.output<typeof geminiEntrySchema>[];
  'claude-api-key': z.output<typeof claudeEntrySchema>[];
  'codex-api-key': z.output<typeof codexEntrySchema>[];
  'openai-compatibility': z.output<typeof compatEntrySchema>[];
  'vertex-api-key': z.output<typeof vertexEntrySchema>[];
}

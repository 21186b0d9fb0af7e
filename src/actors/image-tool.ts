/** Which requests get the hosted image tool, and which lose it (codex.md 1.6, 1.8). */
import type { CredentialRecord } from '../credentials/record.ts';
import type { ImageToolWish, UpstreamFormat } from '../formats/format.ts';
import type { TurnContext } from './turn-context.ts';

/** Models that refuse the tool end like this. */
const WITHOUT_IMAGES = 'spark';

/**
 * For a request that is no image request. Without the operator's word nothing is added, other than in
 * the reference; what a request says for itself is looked at by its translation.
 */
export function imageToolWish(
  { settings, record }: Pick<TurnContext, 'settings' | 'record'>,
  upstreamFormat: UpstreamFormat,
  model: string,
): ImageToolWish | undefined {
  switch (settings.disableImageGeneration) {
    case 'true':
    case 'chat':
      return 'remove';
    case 'false':
      return upstreamFormat === 'codex' && mayUse(record, model) ? 'add' : undefined;
    case 'passthrough':
    case 'unset':
      return undefined;
  }
}

const mayUse = ({ plan }: CredentialRecord, model: string): boolean =>
  !model.endsWith(WITHOUT_IMAGES) && plan?.toLowerCase() !== 'free';

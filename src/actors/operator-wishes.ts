/** What the configuration of a credential and of the proxy says about the body of a turn. */
import { imageToolWish } from './image-tool.ts';
import { isOpenRouter } from '../formats/chat/reasoning-switch.ts';
import { payloadPlan, withoutSuffix } from './payload.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { RequestContext, UpstreamFormat } from '../formats/format.ts';
import type { TurnContext } from './turn-context.ts';
import type { TurnRequest } from '../turn.ts';

/** What the configuration wants of the body. */
export function operatorWishes(
  owner: TurnContext,
  turn: TurnRequest,
  upstreamFormat: UpstreamFormat,
  model: string,
): Partial<RequestContext> {
  const isImage = turn.format === 'openai-image';
  const imageTool = isImage ? undefined : imageToolWish(owner, upstreamFormat, model);
  const payload = payloadPlan(owner.settings.payload, { ...turn, model, upstreamFormat });
  return {
    ...(imageTool !== undefined && { imageTool }),
    ...(payload !== undefined && { payload }),
    ...(isMarked(owner.record, model, 'isCompat') && { keepsUnsigned: true }),
    ...(isMarked(owner.record, model, 'textOnly') && { textOnly: true }),
    ...(isOpenRouter(owner.record.compatName ?? '') && { openRouter: true }),
    ...(owner.record.movesSystem === true && { movesSystem: true }),
  };
}

/**
 * What the configuration says of the model: `image`: the upstream makes images of its own (codex.md
 * 8.1); `isCompat`: it takes reasoning that nobody signed (3.8); `textOnly`: it reads no images.
 */
export function isMarked(
  { models }: CredentialRecord,
  name: string,
  mark: 'image' | 'isCompat' | 'textOnly',
): boolean {
  return models.some((entry) => entry[mark] === true && withoutSuffix(entry.name) === name);
}

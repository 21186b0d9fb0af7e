/** Canonical request → generateContent body (translate-gemini-thinking.md 4, 5, 6). */
import type { CanonicalRequest } from '../../canonical/request.ts';
import { objectOf, type JsonObject } from '../../canonical/value.ts';
import type { RequestContext } from '../format.ts';
import type { HubClient } from '../hub.ts';
import { qualifiedName } from '../chat/qualified-name.ts';
import { applyToGemini } from '../../thinking/gemini.ts';
import { mayNeedCanvas, withCanvas } from './canvas.ts';
import { encodeConfig, SAFETY_SETTINGS } from './encode-config.ts';
import { encodeContents } from './encode-contents.ts';
import { splitSystem } from './encode-system.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { thinkingOf } from './thinking-config.ts';
import { toolNames } from './tool-names.ts';

/**
 * Encodes a request.
 * @throws SwitchyardError `invalid_request` for an amount of thinking the model does not offer, or a
 *   tool's schema without end.
 */
export function encodeGeminiRequest(
  request: CanonicalRequest,
  context: RequestContext,
  client: HubClient,
): JsonObject {
  const { model, capability, thinking: suffix } = context;
  const { tools, toolChoice, reasoning } = request;
  const extensions = request.extensions ?? {};
  const names = toolNames(tools);
  const { instruction, conversation } = splitSystem(request, client);
  const own = thinkingOf(objectOf(extensions.generationConfig));
  const thinking = applyToGemini({
    effort: reasoning.effort?.trim().toLowerCase() ?? own.effort,
    budgetTokens: reasoning.budgetTokens ?? own.budgetTokens,
    unsaid: reasoning.unsaid,
    visible: reasoning.summary?.visible ?? own.visible,
    from: client,
    suffix,
    capability,
  });
  const declared = encodeTools(tools, names, client, extensions);
  const hasFunctions = declared?.some((node) => 'functionDeclarations' in node) === true;
  const body = {
    model,
    systemInstruction: instruction,
    contents: encodeContents(conversation, {
      client,
      keepsUnsigned: context.keepsUnsigned === true,
      nameOf: (call) => names.upstream(qualifiedName(call.name, call.namespace)),
    }),
    tools: declared,
    toolConfig: hasFunctions ? encodeToolChoice(toolChoice, tools, names) : undefined,
    safetySettings: extensions.safetySettings ?? SAFETY_SETTINGS,
    generationConfig: encodeConfig(request, thinking.config, model),
  };
  return mayNeedCanvas(model) ? withCanvas(body) : body;
}

/** Names of wire formats (translate-openai-claude.md 1.1). The texts take part in hashes: keep them. */
import type { ThinkingCapability } from '../credentials/record.ts';
import type { PayloadPlan } from './payload/plan.ts';

/** Format a client speaks. */
export type ClientFormat =
  'openai' | 'openai-response' | 'openai-image' | 'openai-completion' | 'claude' | 'gemini';

/** Format an upstream takes. */
export type UpstreamFormat =
  'openai' | 'openai-response' | 'openai-image' | 'codex' | 'claude' | 'gemini';

/** One complete server-sent event: `data` lines joined with LF, and their parsed JSON. */
export interface SseEvent {
  /** Value of the `event:` field, if there was one. */
  readonly event: string | undefined;
  /** Joined `data:` payload, verbatim; `''` for an event without data. */
  readonly data: string;
  /** `data` parsed, or undefined when it is empty or `[DONE]`. */
  readonly json: unknown;
  /** The whole frame as received, LF line ends, without its blank line; for pass-through. */
  readonly raw?: string;
}

/** Token counts of one turn as the upstream reported them (routing.md 15.3, OpenAI meaning). */
export interface TurnUsage {
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
  totalTokens: number;
}

/** What the translations of image requests need to know (codex.md 8.1). */
export interface ImageContext {
  /** Given images are changed; else new ones are made. */
  readonly edit: boolean;
  /** Model that calls the hosted image tool. */
  readonly baseModel: string;
}

/** Add the hosted image tool to a request that has none, or take it out. */
export type ImageToolWish = 'add' | 'remove';

/** What a request translation needs to know beside the body. */
export interface RequestContext {
  /** Upstream model, without thinking suffix. */
  readonly model: string;
  /** Value of the thinking suffix, e.g. `high`, `8192`; undefined without one (routing.md 3.2). */
  readonly thinking: string | undefined;
  /** What the model can do about thinking; absent: unknown, so nothing is checked. */
  readonly capability?: ThinkingCapability;
  /** Did the client ask for a stream? */
  readonly stream: boolean;
  /** Keep `prompt_cache_retention` (API-key upstreams) or strip it (codex.md 4.7). */
  readonly keepRetention: boolean;
  /** Continuity key to write as `prompt_cache_key`; undefined: leave the body's own. */
  readonly cacheKey: string | undefined;
  /** Responses-Lite request (codex.md 1.7). */
  readonly lite: boolean;
  /** The upstream is OpenRouter, which has a switch for shown reasoning; absent: it is not. */
  readonly openRouter?: true;
  /** The model reads no images: a chat upstream gets results of tools as text; absent: it may. */
  readonly textOnly?: true;
  /** Replayed reasoning is kept without a proof, too (`is-compat`); absent: no (3.8). */
  readonly keepsUnsigned?: boolean;
  /** System messages amid a conversation go to the front (`rebuild-mid-system-message`). */
  readonly movesSystem?: boolean;
  /** The body goes over a WebSocket, which takes some members that HTTP refuses; absent: HTTP. */
  readonly socket?: boolean;
  /** Only for image clients. */
  readonly image?: ImageContext;
  /** What happens to the hosted image tool (codex.md 1.8); absent: it stays as the client sent it. */
  readonly imageTool?: ImageToolWish;
  /** The operator's rules for the body; absent: none concerns this request. */
  readonly payload?: PayloadPlan;
  /** The conversation is to be compacted (codex.md 3.4), by Codex or by another upstream. */
  readonly compact?: 'codex' | 'other';
}

/** What a response translation needs to know. */
export interface ResponseContext {
  /** Does the client want a stream (text of SSE frames) or one JSON body? */
  readonly stream: boolean;
  /** Model as the client spelled it. */
  readonly requestedModel: string;
  /** Model sent upstream. */
  readonly upstreamModel: string;
  /** The client's request body, undecoded; parse it only when tool names need restoring. */
  readonly requestBody: Uint8Array;
  /** The body that was sent upstream. */
  readonly upstreamBody: Uint8Array;
  /** Unix seconds, for answers whose upstream gave no creation time. */
  readonly nowSeconds: number;
  /** Only for image clients. */
  readonly image?: ImageContext;
  /** Gemini clients choose how the chunks of a stream follow each other; absent: as events. */
  readonly streamForm?: 'sse' | 'array';
}

/**
 * Turns one upstream answer into what the client reads. One object per attempt.
 * Stream: every call returns the SSE text to write (`''` for nothing).
 * Non-stream: calls return `''` until the answer is whole, then the JSON body once.
 */
export interface ResponseTranslator {
  /** Takes one upstream event. Upstream failure events never arrive here: the provider takes them. */
  onEvent(event: SseEvent): string;
  /** Takes a whole JSON answer of an upstream that was not asked to stream. */
  onBody(body: Uint8Array): Uint8Array | string;
  /**
   * The upstream closed the stream. Returns closing text (e.g. `data: [DONE]`).
   * @throws SwitchyardError `upstream_incomplete_stream` when no terminal event was seen.
   */
  onEnd(): string;
  /** True once the terminal event was handled; later events are dropped by the caller. */
  readonly terminal: boolean;
  /**
   * Nothing but the upstream's close is missing, so what breaks now breaks no answer. Only for formats
   * whose streams have no last word of their own; absent: false.
   */
  readonly complete?: boolean;
  /** Last usage seen. */
  readonly usage: TurnUsage | undefined;
}

/** Both directions between one client format and one upstream format. */
export interface FormatPair {
  /**
   * Client body → upstream body. `body` is never modified.
   * @throws SwitchyardError `invalid_json` | `invalid_request`.
   */
  encodeRequest(body: Uint8Array, context: RequestContext): Uint8Array;
  /**
   * The client's body is what the upstream takes; what this pair adds is for want of anything else, so
   * that defaults of the operator's rules come before it.
   */
  readonly ownBaseline?: true;
  /** Must the upstream be asked to stream even when the client did not? (Codex: yes.) */
  readonly alwaysStreams: boolean;
  response(context: ResponseContext): ResponseTranslator;
}

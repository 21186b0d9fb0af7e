/**
 * A client's request in the canonical model: the hub between all wire formats (design 4).
 * Decoders fill it, encoders read it; neither changes it. Absent fields were absent on the wire.
 */
import type { Part, ToolKind, WireFamily } from './parts.ts';
import type { JsonObject } from './value.ts';

/**
 * One message. The order of messages is the client's, system text included. Decoders keep one
 * canonical message per wire message or item, so that an index means the same on both sides.
 */
export interface Message {
  /** `system`, `developer`, `user`, `assistant`, `tool`, or a legacy word, verbatim. */
  role: string;
  /** A bare string stays a string: some upstreams tell it from a list of one text. */
  content: string | readonly Part[];
  /** Participant name (chat), if any. */
  name?: string;
  /** Id of the item on the wire, if any. */
  id?: string;
  cacheControl?: JsonObject;
}

export interface FunctionTool {
  type: 'function';
  name: string;
  description?: string;
  /** JSON schema as the client wrote it; absent when it gave none. */
  parameters?: unknown;
  strict?: unknown;
  namespace?: string;
  cacheControl?: JsonObject;
}

export interface CustomTool {
  type: 'custom';
  name: string;
  namespace?: string;
  /** The whole definition, verbatim (description, grammar). */
  definition: JsonObject;
}

/** A tool the upstream runs itself, or that only one family knows. */
export interface BuiltinTool {
  type: 'builtin';
  family: WireFamily;
  /** Its wire type, e.g. `web_search`, `mcp`, `computer_use_preview`. */
  kind: string;
  definition: JsonObject;
}

export type Tool = FunctionTool | CustomTool | BuiltinTool;

/** Which tool the model must use. */
export type ToolChoice =
  | { type: 'mode'; /** `auto`, `none`, `required`, or another word, verbatim. */ mode: string }
  | { type: 'tool'; kind: ToolKind; name: string; namespace?: string }
  | { type: 'verbatim'; family: WireFamily; value: JsonObject };

/** Form of the answer. */
export type OutputFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | {
      type: 'json_schema';
      /** Members as the client wrote them; absent ones stay absent. */
      name?: unknown;
      description?: unknown;
      strict?: unknown;
      schema?: unknown;
    }
  | { type: 'other'; value: unknown };

/** May the client see a summary of the reasoning (translate-openai-claude.md 3.5)? */
export type SummaryIntent =
  { visible: true; detail: 'auto' | 'concise' | 'detailed' } | { visible: false };

/** What the client asked about reasoning, unchecked. Checks are in `thinking`. */
export interface ReasoningIntent {
  /** Level word as given, e.g. `high`, `none`, `auto`. */
  effort?: string;
  /** Token budget: 0 = off, -1 = the model decides. */
  budgetTokens?: number;
  /** The body wants reasoning, but names no amount: the one given is what that usually means. */
  unsaid?: true;
  /** Undefined: nothing was said. */
  summary?: SummaryIntent;
}

/** Sampling and limits. */
export interface GenerationOptions {
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  stop?: readonly string[];
  seed?: number;
  candidates?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  parallelToolCalls?: boolean;
  serviceTier?: string;
  verbosity?: unknown;
}

/** Hints about prompt caching. */
export interface CacheHints {
  key?: string;
  retention?: string;
}

/** Who asked, in the client's words. */
export interface Identity {
  /** Free text name of the end user. */
  user?: string;
  metadata?: JsonObject;
  /** Session and conversation, where the body names them. */
  session?: string;
  conversation?: string;
}

export interface CanonicalRequest {
  /** Model as the client spelled it; `''` if it named none. */
  model: string;
  stream: boolean;
  /** Top-level system text that is not a message (Responses `instructions`). */
  instructions?: string;
  messages: readonly Message[];
  /** In declaration order; empty if there are none. */
  tools: readonly Tool[];
  toolChoice?: ToolChoice;
  output?: OutputFormat;
  reasoning: ReasoningIntent;
  options: GenerationOptions;
  cache: CacheHints;
  identity: Identity;
  /** Members only one pair of formats understands, by wire name. */
  extensions?: JsonObject;
}

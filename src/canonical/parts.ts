/**
 * Content parts of the canonical model: what a message can hold, whichever wire format it came
 * from. Plain data. A field that is absent was absent on the wire, so that nothing is invented.
 */
import type { JsonObject } from './value.ts';

/** Wire families a verbatim value can come from. */
export type WireFamily = 'chat' | 'responses' | 'claude' | 'gemini';

/** A function takes JSON arguments, a custom tool takes free text. */
export type ToolKind = 'function' | 'custom';

/** What every part may carry. */
interface PartBase {
  /** Anthropic cache marker, verbatim. */
  cacheControl?: JsonObject;
  /** Opaque proof of the issuing model for this part (Gemini thought signatures). */
  signature?: string;
}

export interface TextPart extends PartBase {
  type: 'text';
  text: string;
  /** Citations or annotations, verbatim. */
  annotations?: readonly unknown[];
}

export interface ImagePart extends PartBase {
  type: 'image';
  /** `http(s):` or `data:` URL; absent when the client gave none (A22). */
  url?: string;
  fileId?: string;
  detail?: string;
}

export interface FilePart extends PartBase {
  type: 'file';
  /** `data:` URL, or bare base64 as the client wrote it. */
  data?: string;
  url?: string;
  fileId?: string;
  filename?: string;
  /** Only when it is told beside the data. */
  mediaType?: string;
}

export interface AudioPart extends PartBase {
  type: 'audio';
  /** Base64. */
  data: string;
  format?: string;
}

/** Model reasoning that is replayed. `signature` is the proof or encrypted content. */
export interface ReasoningPart extends PartBase {
  type: 'reasoning';
  /** Id of the item on the wire. */
  id?: string;
  /** Readable summary, part by part. */
  summary: readonly string[];
  /** Readable full text, where the upstream shows it (Anthropic thinking). */
  text?: string;
  /** The whole block is opaque: `signature` holds its data. */
  redacted?: boolean;
}

export interface RefusalPart extends PartBase {
  type: 'refusal';
  text: string;
}

export interface ToolCallPart extends PartBase {
  type: 'tool_call';
  kind: ToolKind;
  /** `''` when the client gave none. */
  id: string;
  name: string;
  /** Responses namespace, or MCP server. */
  namespace?: string;
  /** JSON text of a function's arguments, or a custom tool's raw input. */
  arguments: string;
  /** Id of the item on the wire, where it differs from the call id. */
  itemId?: string;
}

export interface ToolResultPart extends PartBase {
  type: 'tool_result';
  /** Family as the client told it; a chat client can not tell. */
  kind?: ToolKind;
  /** `''` when the client gave none. */
  callId: string;
  /** Name of the tool, where the format repeats it (Gemini). */
  name?: string;
  /** Text, or parts. A value that is neither is its JSON text. */
  content: string | readonly Part[];
  isError?: boolean;
  /** The value as it stood on the wire, for upstreams that take only its JSON text. */
  wire?: unknown;
}

/** Something only its own family understands; other encoders drop it or write its JSON text. */
export interface VerbatimPart extends PartBase {
  type: 'verbatim';
  family: WireFamily;
  value: unknown;
}

export type Part =
  | TextPart
  | ImagePart
  | FilePart
  | AudioPart
  | ReasoningPart
  | RefusalPart
  | ToolCallPart
  | ToolResultPart
  | VerbatimPart;

/**
 * Tools that Anthropic defines and the client runs: a request names them without a schema, because
 * Claude knows it. Other models have to be told it, as Anthropic documents it.
 */
import type { BuiltinTool, FunctionTool } from '../../canonical/request.ts';
import { textOf, type JsonObject } from '../../canonical/value.ts';

interface ClientTool {
  /** The kind without its date. */
  kind: string;
  description: string;
  properties: JsonObject;
  required: readonly string[];
}

const TEXT = { type: 'string' };
const LINE = { type: 'integer' };
const command = (...words: string[]): JsonObject => ({ type: 'string', enum: words });
/** First and last line; -1 is the end of the file. */
const VIEW_RANGE = { type: 'array', items: { type: 'integer' } };

const TOOLS: readonly ClientTool[] = [
  {
    kind: 'bash_',
    description: 'Runs a command in a shell that keeps its state between calls.',
    properties: { command: TEXT, restart: { type: 'boolean' } },
    required: [],
  },
  {
    kind: 'text_editor_',
    description: 'Views, creates and edits text files.',
    properties: {
      command: command('view', 'create', 'str_replace', 'insert'),
      path: TEXT,
      file_text: { ...TEXT, description: 'Content of a file to create.' },
      old_str: { ...TEXT, description: 'Text to replace; it must occur exactly once.' },
      new_str: { ...TEXT, description: 'Text to put in its place.' },
      insert_line: { ...LINE, description: 'Line behind which to insert; 0 is the beginning.' },
      insert_text: { ...TEXT, description: 'Text to insert.' },
      view_range: { ...VIEW_RANGE, description: 'First and last line to view; -1 is the end.' },
    },
    required: ['command', 'path'],
  },
  {
    kind: 'memory_',
    description: 'Keeps notes in files below /memories.',
    properties: {
      command: command('view', 'create', 'str_replace', 'insert', 'delete', 'rename'),
      path: TEXT,
      file_text: TEXT,
      old_str: TEXT,
      new_str: TEXT,
      insert_line: LINE,
      insert_text: TEXT,
      old_path: TEXT,
      new_path: TEXT,
      view_range: VIEW_RANGE,
    },
    required: ['command'],
  },
];

/** The tool as an ordinary function; undefined: its schema is not known here. */
export function clientFunction({
  family,
  kind,
  definition,
}: BuiltinTool): FunctionTool | undefined {
  if (family !== 'claude') return undefined;
  const known = TOOLS.find((tool) => kind.startsWith(tool.kind));
  if (known === undefined) return undefined;
  const { description, properties, required } = known;
  const parameters = { type: 'object', properties, required };
  return { type: 'function', name: textOf(definition.name), description, parameters };
}

/**
 * YAML text to a plain map. Errors name line and column and never quote the source, which may be a
 * secret. Comments are not kept here: this is for reading only.
 */
import { isScalar, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import { SwitchyardError } from '../errors.ts';
import { dropNulls, isFields, type Fields } from './values.ts';

const invalid = (message: string): SwitchyardError =>
  new SwitchyardError('invalid_config', { message });

/** The parser's sentence without the piece of source that some of them end with. */
function sentence(error: YAMLError): string {
  return error.code === 'MISSING_CHAR' ? error.message : error.message.replace(/: .*$/s, '');
}

/**
 * A number whose spelling would change (`007`, `1e5`) becomes its source text: it can be an
 * unquoted key or name, and numeric keys refuse it with their own message.
 */
function keepSpelling(document: Document): void {
  visit(document, {
    Scalar(position, node) {
      if (position === 'key' || typeof node.value !== 'number' || !isScalar(node)) return;
      if (node.source !== undefined && String(node.value) !== node.source) node.value = node.source;
    },
  });
}

/**
 * Reads a document whose top level is a map; keys without a value are left out, empty text is `{}`.
 * @throws SwitchyardError `invalid_config`
 */
export function parseYaml(text: string): Fields {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const error = document.errors[0];
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw invalid(`not valid YAML at line ${line}, column ${col}: ${sentence(error)}`);
  }
  keepSpelling(document);
  const value = dropNulls(toPlain(document) ?? {});
  if (!isFields(value)) throw invalid('the top level must be a map of keys');
  return value;
}

function toPlain(document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    // Only aliases can fail here; the parser's text would quote the alias.
    throw invalid('not valid YAML: an alias is unresolved or expands too far');
  }
}

/**
 * A configuration file as data that knows where every value stands. One parser for both formats: every JSON document is
 * YAML, and JSON.parse alone would silently drop duplicate keys and know no lines. Messages of the parsers quote what
 * they read, and a password may stand there: only our own words leave this file.
 */
import { isCollection, isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair, parseDocument, visit } from 'yaml';
import { invalidJson } from './json.js';
import { formatPath, type Path } from './origin.js';
import { type Place, type Places, placesOf } from './places.js';
import { firstOf, invalidConfig, type Problem } from './problems.js';
import { FORBIDDEN_KEYS, isTree, type Tree } from './tree.js';

/** What a file says, without the places where it says so. */
export interface ConfigData {
  readonly file: string;
  readonly data: Tree;
}

export interface ConfigDocument extends ConfigData {
  /** Follows the path as far as the document goes. */
  readonly locate: (path: Path) => Located;
  /** The text with every scalar of these values replaced; all else, comments too, as it was. */
  readonly replaceScalars: (values: ReadonlySet<unknown>, replacement: string) => string;
}

export interface Located {
  /** Steps of the path that exist. */
  readonly depth: number;
  /** Whether a list was passed: lists are replaced by an environment, never merged. */
  readonly passedList: boolean;
  /** Of the last step that exists: its key, and what stands there. */
  readonly key: Place;
  readonly value: Place;
}

/** Far above what people write by hand, far below what makes an alias bomb. */
const MAX_ALIASES = 100;

/** Deeper than any section; a flood of brackets overflows the parser's stack, or takes all memory. */
const MAX_DEPTH = 200;

/** Parses the text of a `.json`, `.yaml` or `.yml` file. Errors: `VOPS-CONFIG-INVALID` with every problem of the syntax. */
export function parseConfigDocument(file: string, text: string): ConfigDocument {
  const { document, place } = parseChecked(file, text);
  return {
    file,
    data: toData(document, place),
    locate: (path) => locate(document, path, place),
    replaceScalars: (values, replacement) => replaceScalars(document, text, { values, replacement }),
  };
}

/** The data of such a text, of any shape: files that are not ours may hold a list. Errors: as above. */
export function parseAnyDocument(file: string, text: string): unknown {
  const { document, place } = parseChecked(file, text);
  return plain(document, place);
}

function parseChecked(file: string, text: string) {
  const place = placesOf(file, text);
  const json = file.endsWith('.json') ? invalidJson(text) : undefined;
  if (json) throw invalidConfig([{ place: place(json.offset).text, key: '', what: json.what }]);
  if (isTooDeep(text)) throw invalidConfig([{ place: place(0).text, key: '', what: 'nested too deeply' }]);
  const document = parse(text);
  const problems = [...syntaxProblems(document, place), ...refusedNodes(document, place)];
  if (problems.length > 0) throw invalidConfig(problems);
  return { document, place };
}

type Document = ReturnType<typeof parse>;

/** By the look of it: brackets that stay open, or `- - - -` on one line. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[{\]}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > MAX_DEPTH) return true;
  }
  return new RegExp(`(?:[-?]\\s+){${MAX_DEPTH}}`).test(text);
}

function parse(text: string) {
  return parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
  });
}

const SYNTAX: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an alias that names no anchor',
  BAD_DQ_ESCAPE: 'an invalid escape in a quoted text',
  BAD_INDENT: 'wrong indentation',
  BAD_SCALAR_START: 'a text that begins with a reserved character must be quoted',
  BLOCK_AS_IMPLICIT_KEY: 'a key and its section must not stand on one line',
  MISSING_CHAR: 'something is missing: a colon, a comma, a quote or a closing bracket',
  MULTIPLE_DOCS: 'more than one document in the file',
  NON_STRING_KEY: 'a key must be plain text',
  TAB_AS_INDENT: 'indented with a tab: YAML takes spaces only',
  TAG_RESOLVE_FAILED: 'tags (!…) are not supported',
};

function syntaxProblems(document: Document, place: Places): Problem[] {
  return firstOf([...document.errors, ...document.warnings]).map(({ code, pos }) => ({
    place: place(pos[0]).text,
    key: '',
    what: SYNTAX[code] ?? 'not valid here',
  }));
}

/** What is valid YAML and yet no configuration. Duplicates are found here because the parser's own search is quadratic. */
function refusedNodes(document: Document, place: Places): Problem[] {
  const problems: Problem[] = [];
  const refuse = (node: Node, what: string, key = '') => {
    if (firstOf(problems).length === problems.length)
      problems.push({ place: place(startOf(node) ?? 0).text, key, what });
  };
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (FORBIDDEN_KEYS.some((name) => name === key.value))
          refuse(key, 'a key of this name is refused', String(key.value));
        if (seen.has(key.value)) refuse(key, 'this key stands here a second time', formatPath([String(key.value)]));
        seen.add(key.value);
      }
    },
    Alias(_, alias, above) {
      if (above.some((node) => isCollection(node) && node.anchor === alias.source))
        refuse(alias, 'an alias inside itself');
    },
  });
  return problems;
}

function toData(document: Document, place: Places): Tree {
  const data = plain(document, place) ?? {}; // an empty file, or one of comments only
  if (isTree(data)) return data;
  throw invalidConfig([{ place: place(0).text, key: '', what: 'expected sections, such as app: and database:' }]);
}

function plain(document: Document, place: Places): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    throw invalidConfig([{ place: place(0).text, key: '', what: 'too many aliases' }]);
  }
}

function locate(document: Document, path: Path, place: Places): Located {
  let node: unknown = document.contents;
  let pair: Pair | undefined;
  let depth = 0;
  let passedList = false;
  for (const step of path) {
    const next = stepInto(node, step);
    if (next === undefined) break;
    passedList ||= isSeq(node);
    pair = isPair(next) ? next : undefined;
    node = isPair(next) ? next.value : next;
    depth++;
  }
  const value = startOf(node) ?? startOf(pair?.key) ?? 0;
  return { depth, passedList, key: place(startOf(pair?.key) ?? value), value: place(value) };
}

function stepInto(node: unknown, step: PropertyKey): unknown {
  if (isMap(node)) return node.items.find(({ key }) => isScalar(key) && key.value === step);
  return isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

interface Replacement {
  readonly values: ReadonlySet<unknown>;
  readonly replacement: string;
}

function replaceScalars(document: Document, text: string, { values, replacement }: Replacement): string {
  let replaced = '';
  let end = 0;
  visit(document, {
    Scalar(key, { value, range }) {
      if (key === 'key' || !range || !values.has(value)) return;
      const [from, to] = range;
      const lineBreak = /\r?\n$/.exec(text.slice(from, to))?.[0] ?? ''; // a block scalar ends with its last line
      replaced += text.slice(end, from) + replacement + lineBreak;
      end = to;
    },
  });
  return replaced + text.slice(end);
}

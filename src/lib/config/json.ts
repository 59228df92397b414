/** JSON: where and why a text is none, in words that quote nothing of it; and the quick way for one that is plain. */
import { FORBIDDEN_KEYS, isTree, type Tree } from './tree.js';

/** Undefined for valid JSON. */
export function invalidJson(text: string): { readonly offset: number; readonly what: string } | undefined {
  if (text.trim() === '') return { offset: 0, what: 'the file is empty' };
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = String(error).replace(/^SyntaxError: /, '');
    const [, reason = '', position] = /^(.*) in JSON at position (\d+)/s.exec(message) ?? [];
    const offset = position === undefined ? firstOffence(text) : Number(position);
    if (offset >= text.trimEnd().length) return { offset, what: 'not valid JSON: the file ends too early' };
    // V8's other messages are fixed texts; this one holds a character of the file, and has no position.
    const isFixed = reason !== '' && !reason.startsWith('Unexpected token');
    return { offset, what: `not valid JSON: ${isFixed ? reason : 'unexpected character'}` };
  }
}

const TOKEN = /\s+|[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Offset of the first thing that is no JSON token. */
function firstOffence(text: string): number {
  TOKEN.lastIndex = 0;
  let offset = 0;
  while (TOKEN.test(text)) offset = TOKEN.lastIndex;
  return offset;
}

/**
 * The data of a JSON text that nobody could have a quarrel with; undefined for any other, which the full parser judges.
 * It spares a start the YAML parser (some 20 ms), which is needed for the places of things only.
 */
export function plainJson(text: string): Tree | undefined {
  try {
    const data: unknown = JSON.parse(text);
    // JSON.parse drops all but the last of equal keys without a word: then fewer keys come out than stand there.
    return isTree(data) && countKeys(data) === countKeysIn(text) ? data : undefined;
  } catch {
    return undefined;
  }
}

function countKeys(data: unknown): number {
  if (data === null || typeof data !== 'object') return 0;
  const own = Array.isArray(data) ? 0 : Object.keys(data).length;
  const isForbidden = own > 0 && FORBIDDEN_KEYS.some((key) => Object.hasOwn(data, key));
  return isForbidden ? Number.NaN : Object.values(data).reduce((sum: number, value) => sum + countKeys(value), own);
}

/** Texts are matched whole, one after another, so what looks like a key inside one is not counted. */
const countKeysIn = (text: string): number =>
  text.match(/"(?:[^"\\]|\\.)*"(\s*:)?/g)?.filter((match) => match.endsWith(':')).length ?? 0;

/** Where and why a text is no JSON, in words that quote nothing of it. */

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

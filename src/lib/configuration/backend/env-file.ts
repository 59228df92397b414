/** The backend's `.env`: names, places and values that never leave the program. */
import { parseEnv } from 'node:util';

export interface EnvFile {
  readonly values: ReadonlyMap<string, string>;
  /** Lines that are neither a comment nor the beginning of `NAME=value`: what stands there is not taken. */
  readonly brokenLines: readonly number[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*[=:]/;
const IGNORED = /^\s*(?:#.*)?$/;

/** As dotenv reads it, which passes over a broken line; Node would take it, with the next, for one name. */
export function parseEnvFile(text: string): EnvFile {
  const brokenLines = findBrokenLines(text);
  const lines = text.split(/\r?\n/).map((line, index) => (brokenLines.includes(index + 1) ? '' : line));
  const parsed = Object.entries(parseEnv(lines.join('\n')));
  return { values: new Map(parsed.map(([name, value = '']) => [name, value])), brokenLines };
}

function findBrokenLines(text: string): number[] {
  const broken: number[] = [];
  let quote: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (quote !== undefined) {
      if (line.includes(quote)) quote = undefined;
    } else if (ASSIGNMENT.test(line)) {
      quote = openedBy(line);
    } else if (!IGNORED.test(line)) broken.push(index + 1);
  }
  return broken;
}

/** The quote a value begins with and does not end on its line. */
function openedBy(line: string): string | undefined {
  const [, quote, rest = ''] = /[=:]\s*(["'`])(.*)$/.exec(line) ?? [];
  return quote === undefined || rest.includes(quote) ? undefined : quote;
}

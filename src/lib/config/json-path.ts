/** A way into a JSON document: names with dots between, list positions and odd names in brackets. Nothing is executed. */
import * as z from 'zod';

const STEP = /(?:^|\.)([\w$-]+)|\[(\d+)\]|\["([^"\\]*)"\]/y;
const EXPECTED = 'expected a path such as data[0].name or meta["a key"]';

/** The steps of `data[0].name`: `['data', 0, 'name']`; undefined for what is no path. `$` is the whole document. */
export function parseJsonPath(text: string): (string | number)[] | undefined {
  if (text === '$') return [];
  const steps: (string | number)[] = [];
  let end = 0;
  while (end < text.length) {
    STEP.lastIndex = end;
    const match = STEP.exec(text);
    if (match === null) return undefined;
    const [, name, position, quoted] = match;
    steps.push(position === undefined ? (name ?? quoted ?? '') : Number(position));
    end = STEP.lastIndex;
  }
  return steps.length > 0 ? steps : undefined;
}

/** Stays text, so that it can be a key of the configuration. */
export const JsonPath = z.string().refine((text) => parseJsonPath(text) !== undefined, { error: EXPECTED });

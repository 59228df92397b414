/** What is wrong in a configuration file, all of it at once, without a word of its content. */
import { type ErrorCode, OperatorError } from '../errors.js';

export interface Problem {
  /** `file:line:column`, or the variable's name. */
  readonly place: string;
  /** The key in question, as in `database.port`; '' for the document as a whole. */
  readonly key: string;
  readonly what: string;
}

/** Shown at most: the rest is usually a consequence of the first ones. */
const SHOWN = 20;

/** As many as are worth a look for their place, which costs time: one more than is shown. */
export function firstOf<Item>(items: readonly Item[]): readonly Item[] {
  return items.slice(0, SHOWN + 1);
}

/** One error that lists every problem, one a line. */
export function invalidConfig(
  problems: readonly Problem[],
  { code = 'VOPS-CONFIG-INVALID', hint }: { readonly code?: ErrorCode; readonly hint?: string } = {},
): OperatorError {
  const lines = [
    ...new Set(problems.map(({ place, key, what }) => `${place} ${key === '' ? what : `${key}: ${what}`}`)),
  ];
  const shown = lines.slice(0, SHOWN).join('\n');
  const count = lines.length > SHOWN ? `more than ${SHOWN}` : lines.length;
  return new OperatorError(code, lines.length === 1 ? shown : `${count} problems in the configuration:\n${shown}`, {
    hint: hint ?? 'mend it and check with: viktoria-ops config validate',
  });
}

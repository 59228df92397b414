/** What the predicate of a partial index says of its columns. */

/**
 * Whether rows without a value in the column are left out of the index, which is the commonest reason to make one
 * partial: by `IS NOT NULL`, alone or with more conditions, or since the column is compared with something. Whatever
 * holds an OR, a CASE or a function is not looked into.
 */
export function excludesNulls(predicate: string | null, column: string | null): boolean {
  if (predicate === null || column === null || /\bOR\b|\bCASE\b|\bNOT \(/.test(predicate)) return false;
  const name = `(?:${escapePattern(column)}|"${escapePattern(column.replaceAll('"', '""'))}")`;
  return new RegExp(`\\(${name} (?:IS NOT NULL|[<>=]+)`).test(predicate);
}

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

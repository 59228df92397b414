/** Keys of failing rows as people read them, without what names a person. */
import type { FailingKey } from './database.js';

export interface Sampling {
  /** Names of the parts of a key. */
  readonly columns: readonly string[];
  readonly count: number;
  /** Undefined where new rows cannot be told from known ones. */
  readonly isNew: ((fingerprint: string) => boolean) | undefined;
}

/** `id=5`, `season_id=1, team_id=4`: new ones first, each group in order. */
export function sampleKeys(keys: readonly FailingKey[], { columns, count, isNew }: Sampling): string[] {
  if (columns.length === 0) return [];
  const rank = ({ fingerprint }: FailingKey) => (isNew?.(fingerprint) === true ? 0 : 1);
  const named = keys.map((key) => ({ rank: rank(key), text: describeKey(key, columns) }));
  const { compare } = new Intl.Collator('en', { numeric: true }); // made here, for that takes 8 ms
  return named
    .sort((one, other) => one.rank - other.rank || compare(one.text, other.text))
    .slice(0, count)
    .map(({ text }) => text);
}

const describeKey = ({ key }: FailingKey, columns: readonly string[]): string =>
  columns.map((column, index) => `${column}=${mask(key[index] ?? 'null')}`).join(', ');

/** An address of mail names a person and is no key that anybody needs to read. */
const mask = (text: string): string => text.replace(/[^\s@=,]+@[^\s@,]+/g, '***@***');

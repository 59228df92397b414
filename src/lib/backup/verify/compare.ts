/** What came out of a restore against what went into the backup. Pure. */
import { countOf } from '../../measures.js';
import type { Finding } from '../../status.js';
import type { BackedUpTable } from '../manifest.js';

const nameOf = ({ schema, name }: Pick<BackedUpTable, 'schema' | 'name'>) => `${schema}.${name}`;
/** More differences than this say no more. */
const SHOWN = 5;

/**
 * Every table that is missing, or differs in its columns, its number of rows or their content. Tables of extensions that
 * were left out are not missed.
 */
export function compareTables(
  backedUp: readonly BackedUpTable[],
  restored: readonly BackedUpTable[],
  withoutExtensions: ReadonlySet<string>,
): readonly Finding[] {
  const found = new Map(restored.map((table) => [nameOf(table), table]));
  const wanted = backedUp.filter(({ extension }) => extension === null || !withoutExtensions.has(extension));
  const differences = wanted.flatMap((table) => difference(table, found.get(nameOf(table))) ?? []);
  if (differences.length === 0) return [];
  const shown = differences.slice(0, SHOWN).join('; ');
  const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more` : '';
  const message = `${countOf(differences.length, 'table')} of ${wanted.length} did not come back: ${shown}${more}`;
  const hint =
    'do not rely on this backup: make another (viktoria-ops db backup --level 3), and keep this one to look into it';
  return [{ code: 'VOPS-BACKUP-DIFFERS', severity: 'error', message, hint }];
}

function difference(table: BackedUpTable, restored: BackedUpTable | undefined): string | undefined {
  const name = nameOf(table);
  if (restored === undefined) return `${name} is missing`;
  if (table.columns !== restored.columns) return `${name} has other columns`;
  if (table.rows !== restored.rows) return `${name} has ${restored.rows} rows, not ${table.rows}`;
  if (table.content !== null && table.content !== restored.content) return `${name} has other content`;
  return undefined;
}

/** Which backups of a catalogue are of a thing: it may hold those of several environments. Pure. */
import { groupOf, type Manifest } from './manifest.js';

/** A database, or the backend's directory. */
export interface Thing {
  /** As manifests name it. */
  readonly source: string;
  /** Name of the database. */
  readonly database?: string | undefined;
}

/**
 * Those of this very thing, also where it was reached by another name. Where none is, as after a move to another host:
 * those of the only one it can have been, by the name of the database. None where that may be one of several.
 */
export function backupsOf(backups: readonly Manifest[], { source, database }: Thing): readonly Manifest[] {
  const own = new Set(backups.filter((one) => one.source === source).map(groupOf));
  if (own.size > 0) return backups.filter((one) => own.has(groupOf(one)));
  const isNamesake = ({ database: facts }: Manifest) => !database || !facts || facts.name === database; // old ones tell nothing
  return unlessSeveral(backups.filter(isNamesake));
}

/** None where they are of several things. */
export const unlessSeveral = (backups: readonly Manifest[]): readonly Manifest[] =>
  new Set(backups.map(groupOf)).size > 1 ? [] : backups;

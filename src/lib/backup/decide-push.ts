/** Which backups are to be sent. Pure. */
import { OperatorError } from '../errors.js';
import type { Finding } from '../status.js';
import { groupOf, isGood, type Manifest } from './manifest.js';
import type { Listing } from './store.js';

export interface Catalogues {
  readonly here: Listing;
  readonly there: Listing;
  /** Label of the one there. */
  readonly store: string;
}

export interface PushDecision {
  /** Newest first: should the line break, the one that matters most is there. */
  readonly send: readonly Manifest[];
  readonly left: { readonly there: number; readonly removed: number; readonly bad: number };
  readonly findings: readonly Finding[];
}

/**
 * Every good backup that is not there in good order; or the one named, whatever became of it before.
 * @throws OperatorError VOPS-BACKUP-NOT-FOUND for a name that is not here.
 */
export function decidePush(catalogues: Catalogues, id?: string): PushDecision {
  const { here, there } = catalogues;
  if (id !== undefined) requirePresent(here, id);
  const wanted = here.backups.filter((manifest) => id === undefined || manifest.id === id);
  const good = wanted.filter(isGood);
  const present = new Set(there.backups.filter(isGood).map((manifest) => manifest.id));
  const missing = good.filter((manifest) => !present.has(manifest.id));
  const send = missing.filter((manifest) => id !== undefined || !wasRemovedThere(manifest, catalogues));
  const bad = wanted.length - good.length + (id === undefined ? here.damaged.length : 0);
  return {
    send: send.toReversed(),
    left: { there: good.length - missing.length, removed: missing.length - send.length, bad },
    findings: id !== undefined && good.length === 0 ? [refused(id)] : [],
  };
}

/**
 * It was there once, and newer ones of the same are there now: retention has removed it, and would do so again. Where
 * none are left, the bucket is a new one, or was emptied.
 */
const wasRemovedThere = (manifest: Manifest, { there, store }: Catalogues): boolean =>
  manifest.copies?.some((copy) => copy.store === store) === true &&
  !there.damaged.some(({ id }) => id === manifest.id) &&
  there.backups.some((other) => groupOf(other) === groupOf(manifest) && other.createdAt > manifest.createdAt);

function requirePresent({ backups, damaged }: Listing, id: string): void {
  if ([...backups, ...damaged].some((found) => found.id === id)) return;
  throw new OperatorError('VOPS-BACKUP-NOT-FOUND', `there is no backup ${id} here`, {
    hint: 'see viktoria-ops backup list',
  });
}

const refused = (id: string): Finding => ({
  code: 'VOPS-BACKUP-DAMAGED',
  severity: 'error',
  message: `${id} is not sent: it is not known to be good`,
  hint: `see what is wrong with it: viktoria-ops backup verify ${id}`,
});

/** What is known before the run to stand in the way. */
import { formatBytes } from '../../measures.js';
import { quoteName } from '../../pg/identifier.js';
import type { TableRow } from '../../pg/queries/table-inventory.js';
import type { MaintainedObject } from './report.js';

export type Obstacle = Pick<MaintainedObject, 'outcome' | 'note'> & Partial<Pick<MaintainedObject, 'hint'>>;

/** Why a table cannot, or need not, be vacuumed or analyzed now; nothing when it can. */
export function tableObstacle(table: TableRow): Obstacle | undefined {
  if (!table.mayMaintain) return notOwner(table.owner);
  if (table.isBeingVacuumed) return { outcome: 'skipped', note: 'it is being vacuumed already' };
  return undefined;
}

export const notOwner = (owner: string): Obstacle => ({
  outcome: 'blocked',
  note: `the role is not its owner (${owner})`,
  hint: `run as ${quoteName(owner)}, or as the role that viktoria-ops db grants prints for maintenance`,
});

/** Without knowing the free space, nothing is written that takes more. */
const SAFE_BYTES = 150_000_000;

/** Why a copy of so many bytes cannot be made beside the original; undefined when it can. */
export function spaceObstacle(neededBytes: number, freeBytes: number | undefined): Obstacle | undefined {
  const needs = `it needs ${formatBytes(neededBytes)}`;
  if (freeBytes === undefined) {
    if (neededBytes <= SAFE_BYTES) return undefined;
    return {
      outcome: 'blocked',
      note: `${needs}, and the free space of the server is not known`,
      hint: 'set database.maintenance.freeSpace; db reindex also takes --assume-free',
    };
  }
  if (freeBytes >= neededBytes) return undefined;
  return { outcome: 'blocked', note: `${needs}, and only ${formatBytes(freeBytes)} are free` };
}

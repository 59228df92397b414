/** What is known before the run to stand in the way. */
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

/** What is known before the run to stand in the way. */
import { quoteName } from '../../pg/identifier.js';
import type { TableRow } from '../../pg/queries/table-inventory.js';
import type { MaintainedObject } from './report.js';

type Obstacle = Pick<MaintainedObject, 'outcome' | 'note'>;

/** Why a table cannot, or need not, be vacuumed or analyzed now; nothing when it can. */
export function tableObstacle(table: TableRow): Obstacle | undefined {
  if (!table.mayMaintain) return { outcome: 'blocked', note: notOwner(table.owner) };
  if (table.isBeingVacuumed) return { outcome: 'skipped', note: 'it is being vacuumed already' };
  return undefined;
}

/** Two lines: what is wrong, and what to do. */
export const notOwner = (owner: string): string =>
  `the role is not its owner (${owner})\nrun as its owner, or: viktoria-ops db grants prints a role for maintenance (${quoteName(owner)} or MAINTAIN)`;

/** The panels by name, in their order. */
import type { OperatorSectionName } from '../../../contract/index.js';

/** Those whose figures come from the operator's side; the contract has the same, which the compiler sees to. */
export const OPERATOR_NAMES = [
  'alerts',
  'incidents',
  'kpis',
  'backups',
  'maintenance',
] as const satisfies readonly OperatorSectionName[];
export type PanelName = 'overview' | 'hooks' | 'jobs' | 'database' | OperatorSectionName;

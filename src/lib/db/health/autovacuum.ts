import * as z from 'zod';
import { qualifiedName } from '../../pg/identifier.js';
import { only } from '../../pg/only.js';
import { autovacuumState } from '../../pg/queries/autovacuum-state.js';
import { vacuumBacklog } from '../../pg/queries/vacuum-backlog.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

const Autovacuum = z.object({
  isEnabled: z.boolean(),
  /** Without `track_counts` it does not know where to work. */
  countsAreKept: z.boolean(),
  workers: z.number(),
  maxWorkers: z.number(),
  running: z.array(z.object({ table: z.string(), phase: z.string(), seconds: z.number().nullable() })),
  /** Tables with more dead rows than their own threshold, the most overdue first. */
  backlog: z.array(
    z.object({ table: z.string(), deadTuples: z.number(), threshold: z.number(), isEnabled: z.boolean() }),
  ),
});
type Autovacuum = z.infer<typeof Autovacuum>;

/** Whether autovacuum keeps up. */
export const autovacuum = defineSection({
  data: Autovacuum,
  read: async (database) => {
    const state = only(await database.query(autovacuumState));
    const backlog = (await database.query(vacuumBacklog)).map(({ schema, name, ...table }) => ({
      table: qualifiedName(schema, name),
      ...table,
    }));
    return { ...state, backlog };
  },
  judge: judgeAutovacuum,
});

const ratio = ({ deadTuples, threshold }: Autovacuum['backlog'][number]) => deadTuples / Math.max(1, threshold);

export function judgeAutovacuum(
  state: Autovacuum,
  { thresholds: { autovacuumBacklog } }: Pick<Circumstances, 'thresholds'>,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (!state.isEnabled || !state.countsAreKept) {
    const setting = state.isEnabled ? 'track_counts' : 'autovacuum';
    findings.push({
      code: 'VOPS-DB-AUTOVACUUM-OFF',
      severity: 'warning',
      message: `${setting} is off: nothing removes dead rows by itself`,
      hint: `ALTER SYSTEM SET ${setting} = on; then select pg_reload_conf()`,
    });
  }
  const overdue = state.backlog.filter((table) => ratio(table) > autovacuumBacklog);
  const [worst] = overdue;
  if (worst) {
    const others = overdue.length > 1 ? `, and ${overdue.length - 1} more tables` : '';
    const full = state.workers >= state.maxWorkers ? `; all ${state.maxWorkers} workers are busy` : '';
    findings.push({
      code: 'VOPS-DB-AUTOVACUUM-BACKLOG',
      severity: 'warning',
      message: `autovacuum does not keep up: ${worst.table} has ${worst.deadTuples} dead rows, its threshold is ${worst.threshold}${others}${full}`,
      hint: worst.isEnabled
        ? 'viktoria-ops db vacuum; then lower autovacuum_vacuum_cost_delay, or allow more workers'
        : `autovacuum is off for ${worst.table}: ALTER TABLE ${worst.table} RESET (autovacuum_enabled)`,
    });
  }
  return findings;
}

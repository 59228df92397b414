/** Rewriting a table: gives its air back to the disk, and locks everybody out meanwhile. Only when asked for thrice. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { findFreeSpace } from '../pg/free-space.js';
import { qualifiedName } from '../pg/identifier.js';
import type { TableRow } from '../pg/queries/table-inventory.js';
import { conclude, type Outcome } from '../status.js';
import { readTables } from './catalogue.js';
import { standbyFinding } from './maintain/conclude.js';
import { spaceObstacle, tableObstacle } from './maintain/obstacle.js';
import { type MaintainedObject, type MaintenanceReport, planned, reportOn } from './maintain/report.js';
import type { Site, Worked } from './maintain/run.js';
import { selectHolding } from './maintain/select.js';

/** `02:00-04:30`, in the operator's zone; it may run over midnight. */
const Window = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'expected a window such as 02:00-04:30');

export const RewriteFlags = z.object({
  full: z.boolean().default(false),
  window: Window.optional(),
  confirm: z.string().optional(),
});

interface Wanted extends z.infer<typeof RewriteFlags> {
  readonly table?: string | undefined;
}

/** First version that rewrites without locking anybody out. Source: the feature matrix of PostgreSQL 19. */
const REPACKS_ONLINE = 190_000;

/**
 * Plans the rewriting of one table. @throws OperatorError VOPS-USAGE unless the table is named, confirmed by name, and
 * now is within the window.
 */
export function planRewrite(
  context: Pick<Context, 'config' | 'now' | 'pg'>,
  flags: Wanted,
): Promise<Outcome<MaintenanceReport>> {
  const { table: wanted, confirm, window } = flags;
  if (wanted === undefined || confirm !== wanted || window === undefined) throw notConfirmed(flags);
  if (remainingMs(window, context.now()) === 0) throw outsideOf(window);
  return context.pg(async (database) => {
    const { observed, tables } = await readTables(database);
    if (observed.isStandby) return conclude(reportOn([], { applied: false, isStandby: true }), [standbyFinding]);
    const [table, another] = selectHolding(wanted, tables);
    if (table === undefined || another !== undefined) throw ambiguous(wanted);
    const freeBytes = await findFreeSpace(context, database, table.tablespaceOid);
    const rewrite = planTable(table, { version: database.version, window, freeBytes });
    return conclude(reportOn([rewrite], { applied: false, isStandby: false }));
  });
}

function planTable(
  table: TableRow,
  { version, window, freeBytes }: { version: number; window: string; freeBytes: number | undefined },
): MaintainedObject {
  const object = qualifiedName(table.schema, table.name);
  return planned({
    oid: table.oid,
    object,
    table: object,
    action: 'rewrite',
    sql: rewriteStatement(version, object),
    reason: `asked for, within ${window}`,
    sizeBytes: table.sizeBytes,
    deadTuples: table.deadTuples,
    // The new table and its indexes stand beside the old ones until the end.
    ...spaceObstacle(2 * table.sizeBytes, freeBytes),
    ...tableObstacle(table),
  });
}

export const rewriteStatement = (version: number, object: string): string =>
  version >= REPACKS_ONLINE ? `REPACK (CONCURRENTLY) ${object}` : `VACUUM (FULL, ANALYZE) ${object}`;

/** Milliseconds until the window closes; 0 outside of it. */
export function remainingMs(window: string, now: Date): number {
  const [from = 0, to = 0] = window.split('-').map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return (hours * 60 + minutes) * 60_000;
  });
  const day = 86_400_000;
  const time = ((now.getHours() * 60 + now.getMinutes()) * 60 + now.getSeconds()) * 1_000;
  const length = (to - from + day) % day;
  const since = (time - from + day) % day;
  if (since >= length) return 0;
  const end = new Date(now);
  end.setHours(0, 0, 0, to);
  if (end <= now) end.setDate(end.getDate() + 1);
  // By the clock, and by the calendar: in the night in which an hour is left out the window is that much shorter.
  return Math.min(length - since, end.getTime() - now.getTime());
}

/** Everybody who comes after us waits as long as we do, so the wait is short, and tried again. */
const LOCK_TIMEOUT_MS = 800;
const ATTEMPTS = 10;
const PAUSE_MS = 3_000;

/** Rewrites the table; what is not done when the window closes is undone by the server. */
export async function rewriteTable(site: Site, object: MaintainedObject, window: string): Promise<Worked> {
  const { context, session, before } = site;
  const { objectTimeout } = (await context.config()).database.maintenance;
  for (let attempt = 1; ; attempt += 1) {
    const timeoutMs = Math.min(objectTimeout, remainingMs(window, context.now()));
    if (timeoutMs === 0) return { outcome: 'blocked', note: `the window ${window} is over` };
    try {
      await session.execute({ sql: object.sql, timeoutMs, lockTimeoutMs: LOCK_TIMEOUT_MS, signal: context.signal });
      return { outcome: 'done', deadTuples: before.deadTuples };
    } catch (error) {
      if (!isLockTimeout(error) || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS, undefined, { signal: context.signal }).catch(() => undefined);
    }
  }
}

const isLockTimeout = (error: unknown) =>
  error instanceof OperatorError && error.code === 'VOPS-DB-TIMEOUT' && error.message.startsWith('a lock');

function notConfirmed({ table }: Wanted): OperatorError {
  const name = table ?? 'players';
  return new OperatorError('VOPS-USAGE', 'VACUUM FULL locks everybody out of the table, readers too, while it runs', {
    hint: `if that is wanted: viktoria-ops db vacuum --full --table ${name} --confirm ${name} --window 02:00-04:00`,
  });
}

const outsideOf = (window: string) =>
  new OperatorError('VOPS-USAGE', `now is outside the window ${window}`, { hint: 'run it within the window' });

const ambiguous = (table: string) =>
  new OperatorError('VOPS-USAGE', `several schemas have a table ${table}`, { hint: 'name it with its schema' });

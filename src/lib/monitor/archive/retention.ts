/** What the archive forgets. */
import type { Query } from './database.js';

/** Minutes answer "what happened tonight", hours compare weeks, days a year. */
const ROLLUPS_KEPT = { minute: '2 days', hour: '35 days', day: '400 days' } as const;
const EVENTS_KEPT = { error: '30 days', usage: '35 days', config: '400 days', action: '400 days' } as const;

/** However young: an application that fails all the time must not fill its disk with it. */
const ERRORS_KEPT = 10_000;

/** Deleted at once by one statement, so that the transaction stays short. */
const BATCH = 20_000;

/**
 * Deletes a batch of each kind; true when nothing old is left, or another instance is at it: one at a time is enough.
 * @param query of a transaction of its own
 */
export async function dropOld(query: Query): Promise<boolean> {
  const [lock] = await query<{ taken: boolean }>('select pg_try_advisory_xact_lock(860175, 2) as taken');
  if (!lock?.taken) return true;
  let isDone = true;
  const drop = async (statement: string, values: readonly unknown[]) => {
    const [{ gone } = { gone: 0 }] = await query<{ gone: number }>(statement, values);
    if (gone === BATCH) isDone = false;
  };
  for (const kept of Object.entries(ROLLUPS_KEPT)) await drop(OLD_ROLLUPS, kept);
  for (const kept of Object.entries(EVENTS_KEPT)) await drop(OLD_EVENTS, kept);
  await drop(SURPLUS_ERRORS, [ERRORS_KEPT]);
  await query(`delete from viktoria_ops.flag_evaluations where day < now() - $1::interval`, [ROLLUPS_KEPT.day]);
  await query(`delete from viktoria_ops.instances where seen_at < now() - $1::interval`, [ROLLUPS_KEPT.day]);
  return isDone;
}

const deletion = (table: string, old: string): string => `
  with deleted as (
    delete from ${table} where ctid = any (array(select ctid from ${table} where ${old} limit ${BATCH})) returning 1)
  select count(*)::int as gone from deleted`;

// One step or kind a statement, in the order of an index: joined with a table of all, each read every row there is.
const OLD_ROLLUPS = deletion(
  'viktoria_ops.rollups',
  'step = $1 and started_at < now() - $2::interval order by started_at',
);
const OLD_EVENTS = deletion('viktoria_ops.events', 'kind = $1 and at < now() - $2::interval order by at');
const SURPLUS_ERRORS = deletion('viktoria_ops.events', `kind = 'error' order by at desc offset $1::bigint`);

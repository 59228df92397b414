/** What the archive forgets. */
import type { Query } from './database.js';

/** Minutes answer "what happened tonight", hours compare weeks, days a year. */
const KEPT = {
  minute: '2 days',
  hour: '35 days',
  day: '400 days',
  error: '30 days',
  usage: '35 days',
  config: '400 days',
  action: '400 days',
} as const;

/** Deleted at once, so that the transaction stays short; the rest an hour later. */
const BATCH = 20_000;

/** One instance at a time; the others leave it to that one. */
export async function dropOld(query: Query): Promise<void> {
  const [lock] = await query<{ taken: boolean }>('select pg_try_advisory_xact_lock(860175, 2) as taken');
  if (!lock?.taken) return;
  const limits = JSON.stringify(KEPT);
  await query(
    `delete from viktoria_ops.rollups where ctid = any (array(
       select rollups.ctid from viktoria_ops.rollups join jsonb_each_text($1::jsonb) on key = step
       where started_at < now() - value::interval limit ${BATCH}))`,
    [limits],
  );
  await query(
    `delete from viktoria_ops.events where ctid = any (array(
       select events.ctid from viktoria_ops.events join jsonb_each_text($1::jsonb) on key = kind
       where at < now() - value::interval limit ${BATCH}))`,
    [limits],
  );
  await query(`delete from viktoria_ops.flag_evaluations where day < now() - $1::interval`, [KEPT.day]);
  await query(`delete from viktoria_ops.instances where seen_at < now() - $1::interval`, [KEPT.day]);
}

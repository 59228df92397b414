/** Runs the statement of a VACUUM or ANALYZE, and sees that it did what it says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectState, objectState } from '../../pg/queries/object-state.js';
import type { MaintainedObject } from './report.js';
import type { Site, Worked } from './run.js';

/** SQLSTATE of the warning by which SKIP_LOCKED passes a table over. */
const LOCK_NOT_AVAILABLE = '55P03';
/** Until the server's statistics show what it has done: at once since 15, half a second before. */
const STATISTICS_WITHIN_MS = 3_000;
const POLL_MS = 100;

/** Which counter tells that it was done. */
export type Counter = 'vacuumCount' | 'analyzeCount';

/**
 * A VACUUM or ANALYZE that may not, or that finds the table locked, says so in a warning and succeeds: no success is one
 * that the server has not counted, and then the warning tells why. One that it has counted is done, whatever it warns
 * of: near wraparound every statement does.
 */
export async function runCounted(site: Site, object: MaintainedObject, counter: Counter): Promise<Worked> {
  const { context, session, before } = site;
  const { maintenance } = (await context.config()).database;
  const { objectTimeout: timeoutMs, lockTimeout: lockTimeoutMs } = maintenance;
  const notices = await session.execute({ sql: object.sql, timeoutMs, lockTimeoutMs, signal: context.signal });
  if (notices.some(({ code }) => code === LOCK_NOT_AVAILABLE)) return LOCKED;
  const warning = notices.find(({ code }) => isWarning(code))?.message;
  const after = await counted(site, object.oid, counter);
  const isSeen = after !== undefined && isCounted(after, counter);
  if (warning !== undefined && !isSeen) return { outcome: 'blocked', note: warning, hint: LACKS_RIGHTS };
  if (after === undefined) return { outcome: 'failed', note: 'the server did not count it as done' };
  return { outcome: 'done', note: warning ?? null, deadTuples: before.deadTuples, deadTuplesAfter: after.deadTuples };
}

/** Class 01 is that of warnings; of what refuses and what only warns, the code is the same. */
const isWarning = (code: string) => code.startsWith('01');

const LOCKED = {
  outcome: 'blocked',
  note: 'another session holds a lock on it',
  hint: 'viktoria-ops db locks shows who',
} as const;
const LACKS_RIGHTS = 'viktoria-ops db grants prints what the role needs';

/** Before 14 a partitioned table has no counters, and without `track_counts` none has. */
const isCounted = ({ countsAreKept, ...state }: ObjectState, counter: Counter) =>
  countsAreKept && state[counter] !== null;

/** The object once the server has counted one more; undefined when it never does. */
async function counted({ session, before }: Site, oid: number, counter: Counter): Promise<ObjectState | undefined> {
  for (let waited = 0; ; waited += POLL_MS) {
    const [after] = await session.query(objectState, [oid]);
    if (after === undefined) return undefined;
    if (!isCounted(after, counter) || after[counter] !== before[counter]) return after;
    if (waited >= STATISTICS_WITHIN_MS) return undefined;
    await sleep(POLL_MS);
  }
}

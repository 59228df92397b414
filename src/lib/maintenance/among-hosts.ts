/** A tier that cron fires on several hosts, and one of them runs: they meet in the database. */
import { hostname } from 'node:os';
import * as z from 'zod';
import type { Context } from '../context.js';
import { abortReason, OperatorError } from '../errors.js';
import type { MaintenanceSession, Query } from '../pg/index.js';
import { lockDatabase } from '../pg/maintenance-lock.js';
import type { Finding } from '../status.js';

export interface Turn {
  readonly tier: string;
  /** A run that ended, or is under way, for not longer than this is the same firing. */
  readonly withinMs: number;
  /** How long to wait for the run of another host: it may die, and then it is our turn. */
  readonly waitMs: number;
}

const Earlier = z.object({ host: z.string(), run: z.string(), at: z.date() });
/** Who has run it already; the time is the database's. */
export type Earlier = z.output<typeof Earlier>;

interface Choice<T> {
  /** Given what is to be told beside the result. */
  readonly run: (notes: readonly Finding[]) => Promise<T>;
  readonly leave: (earlier: Earlier) => T;
}

/**
 * Runs, unless another host has done so. The lock belongs to a session of ours and ends with it; what was done is in
 * `viktoria_ops.tier_runs`. Where the database gives no answer it runs: twice is better than never.
 * @throws OperatorError VOPS-LOCK-BUSY while another tier runs on another host.
 */
export async function onceAmongHosts<T>(context: Context, turn: Turn, { run, leave }: Choice<T>): Promise<T> {
  let isOurs = false;
  try {
    return await context.maintenance(async (session) => {
      const earlier = await takeTurn(context, session, turn);
      if (earlier) return leave(earlier);
      isOurs = true;
      const result = await run([]);
      // A host that goes down leaves the tier to the next; and without this, so does one that is done.
      if (context.signal.aborted && abortReason(context.signal).code.startsWith('VOPS-SIG')) return result;
      await session.query(END, [turn.tier, context.runId]).catch((error: unknown) => context.log.warn(reasonOf(error)));
      return result;
    });
  } catch (error) {
    if (isOurs || !(error instanceof OperatorError) || !error.code.startsWith('VOPS-DB-')) throw error;
    return run([alone(error)]);
  }
}

/** Our name in the table; or that of the run before us, whose turn it was. */
async function takeTurn(context: Context, session: MaintenanceSession, turn: Turn): Promise<Earlier | undefined> {
  const { tier, withinMs, waitMs } = turn;
  const seconds = withinMs / 1000;
  // It is idle while the steps work, each in a session of its own.
  if (session.version >= KNOWS_IDLE_SESSIONS) await session.query(STAY);
  try {
    await lockDatabase(session, context, { waitMs, what: 'tiers' });
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'VOPS-LOCK-BUSY') throw error;
    const underWay = await earlierRun(session, [tier, seconds, false]);
    if (underWay) return underWay;
    throw error;
  }
  const done = await earlierRun(session, [tier, seconds, true]);
  if (done) return done;
  await prepare(context, session);
  await session.query(BEGIN, [tier, hostname(), context.runId]);
  return undefined;
}

/** First version that ends sessions for being idle, where it is told to. */
const KNOWS_IDLE_SESSIONS = 140_000;
const STAY: Query<unknown> = { sql: `select set_config('idle_session_timeout', '0', false)`, row: z.unknown() };

type Question = readonly [tier: string, seconds: number, isEnded: boolean];

/** A run that was killed has no end, and the lock is free: it does not count. */
async function earlierRun(session: MaintenanceSession, question: Question): Promise<Earlier | undefined> {
  const [place] = await session.query(PLACE);
  if (!place?.table) return undefined;
  return (await session.query(EARLIER, question))[0];
}

const STATEMENT_MS = 10_000;

async function prepare({ signal }: Context, session: MaintenanceSession): Promise<void> {
  const [place] = await session.query(PLACE);
  if (place?.table) return;
  const limits = { timeoutMs: STATEMENT_MS, lockTimeoutMs: STATEMENT_MS, signal };
  // `if not exists` alone would ask for the right to create one, also where there is one.
  if (!place?.schema) await session.execute({ sql: 'create schema if not exists viktoria_ops', ...limits });
  await session.execute({ sql: TABLE, ...limits });
}

const PLACE: Query<{ schema: string | null; table: string | null }> = {
  sql: `select to_regnamespace('viktoria_ops')::text as schema, to_regclass('viktoria_ops.tier_runs')::text as table`,
  row: z.object({ schema: z.string().nullable(), table: z.string().nullable() }),
};

const TABLE = `
create table if not exists viktoria_ops.tier_runs (
  tier text primary key,
  host text not null,
  run text not null,
  started_at timestamptz not null,
  ended_at timestamptz
)`;

const EARLIER: Query<Earlier> = {
  sql: `
    select host, run, coalesce(ended_at, started_at) as at from viktoria_ops.tier_runs
    where tier = $1 and (ended_at is not null or not $3::boolean)
      and coalesce(ended_at, started_at) > clock_timestamp() - make_interval(secs => $2)`,
  row: Earlier,
};

const BEGIN: Query<unknown> = {
  sql: `
    insert into viktoria_ops.tier_runs (tier, host, run, started_at) values ($1, $2, $3, clock_timestamp())
    on conflict (tier) do update
    set host = excluded.host, run = excluded.run, started_at = excluded.started_at, ended_at = null`,
  row: z.unknown(),
};

const END: Query<unknown> = {
  sql: 'update viktoria_ops.tier_runs set ended_at = clock_timestamp() where tier = $1 and run = $2',
  row: z.unknown(),
};

const reasonOf = (error: unknown): string =>
  `other hosts are not told that this run ended: ${error instanceof Error ? error.message : String(error)}`;

const RIGHTS =
  'the role has to create the schema viktoria_ops once; or make it, and give the role create on it: docs/scaling.md';

const alone = ({ code, message, hint }: OperatorError): Finding => ({
  code: 'VOPS-MAINTENANCE-ALONE',
  severity: 'warning',
  message: `whether another host runs this tier is not known: ${message}`,
  hint: code === 'VOPS-DB-QUERY' ? RIGHTS : (hint ?? 'viktoria-ops doctor'),
});

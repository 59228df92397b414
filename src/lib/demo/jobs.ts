/** The sample's job queue: a table, one worker, and its figures. */
import type pg from 'pg';

export interface JobWorker {
  /** Ends after the job under way. */
  readonly stop: () => Promise<void>;
}

interface Job {
  readonly id: string;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const IDLE_MS = 100;
const MAX_ATTEMPTS = 3;

/** What each type of job does. A type missing here fails with that message. */
const WORK: Readonly<Record<string, (client: pg.PoolClient, job: Job) => Promise<unknown>>> = {
  'player-rating': (client, { payload }) =>
    client.query(
      `update players set rating = (select round(100.0 * avg(coalesce(win_rate, 0)), 1) from teams where id = team_id)
       where id = $1`,
      [payload.playerId],
    ),
  'match-report': (client) =>
    client.query(
      `select teams.name, count(*) from matches join teams on teams.id in (home_team_id, away_team_id)
       where home_goals is not null group by teams.name order by 2 desc`,
    ),
};

/** Takes ready jobs one by one; several workers may run side by side. */
export function startWorker(pool: pg.Pool, onError: (error: unknown) => void): JobWorker {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const worked = await runNextJob(pool).catch((error: unknown) => {
        if (!stopping.signal.aborted) onError(error);
        return false;
      });
      if (!worked) await pause(IDLE_MS, stopping.signal);
    }
  };
  const done = loop();
  return {
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

/** The claim is a committed change of its own, so that a worker that dies leaves an `active` row and not a lost job. */
const CLAIM = `
update jobs set state = 'active', attempts = attempts + 1, started_at = clock_timestamp()
where id = (select id from jobs where state = 'ready' and run_at <= now()
            order by run_at, id for update skip locked limit 1)
returning id, type, payload`;

const RETRY_OR_FAIL = `
update jobs set error = $2, finished_at = clock_timestamp(),
  state = case when attempts < ${MAX_ATTEMPTS} then 'ready' else 'failed' end,
  run_at = now() + attempts * interval '200 ms'
where id = $1`;

async function runNextJob(pool: pg.Pool): Promise<boolean> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<Job>(CLAIM);
    const job = rows[0];
    if (!job) return false;
    try {
      const work = WORK[job.type];
      if (!work) throw new Error(`no worker knows jobs of type ${job.type}`);
      await work(client, job);
      await client.query(`update jobs set state = 'completed', finished_at = clock_timestamp() where id = $1`, [
        job.id,
      ]);
    } catch (error) {
      await client.query(RETRY_OR_FAIL, [job.id, error instanceof Error ? error.message : String(error)]);
    }
    return true;
  } finally {
    client.release();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** The queue's figures. Jobs scheduled for later are not ready: neither size nor age counts them. */
export const JOB_QUERIES = {
  states: `select case when state = 'ready' and run_at > now() then 'scheduled' else state end as state, count(*) as count
           from jobs group by 1`,
  readyByType: `select type, count(*) as count from jobs where state = 'ready' and run_at <= now() group by 1`,
  oldestReadyAgeSeconds: `select extract(epoch from now() - min(run_at)) from jobs where state = 'ready' and run_at <= now()`,
  processedPerMinute: `select count(*) from jobs where state = 'completed' and finished_at > now() - interval '1 minute'`,
  averageProcessingMs: `select avg(extract(epoch from finished_at - started_at) * 1000) from jobs where state = 'completed'`,
} as const;

/** Shows how far a long statement is, over a second connection; only while a person watches. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.js';
import { maintenanceProgress, type ProgressRow } from '../../pg/queries/maintenance-progress.js';

const INTERVAL_MS = 1_000;

export interface Watched {
  /** What `progress.start` was given. */
  readonly id: string;
  /** The session that works. */
  readonly pid: number;
}

/** Runs the work and shows its progress meanwhile. What goes wrong with the showing never touches the work. */
export async function withProgress<T>(
  context: Pick<Context, 'pg' | 'progress' | 'interactive'>,
  watched: Watched,
  work: () => Promise<T>,
): Promise<T> {
  if (!context.interactive) return work();
  const ended = new AbortController();
  const watching = poll(context, watched, ended.signal).catch(() => undefined);
  try {
    return await work();
  } finally {
    ended.abort();
    await watching;
  }
}

async function poll({ pg, progress }: Pick<Context, 'pg' | 'progress'>, { id, pid }: Watched, ended: AbortSignal) {
  await sleep(INTERVAL_MS, undefined, { signal: ended }); // most objects are done by then, without a connection more
  await pg(async (database) => {
    while (!ended.aborted) {
      const [row] = await database.query(maintenanceProgress, [pid]);
      if (row && !ended.aborted) progress.update(id, describe(row));
      await sleep(INTERVAL_MS, undefined, { signal: ended });
    }
  });
}

const describe = ({ phase, done, total, waitsFor }: ProgressRow) => ({
  share: total > 0 ? done / total : null,
  text: waitsFor === null ? phase : `${phase}: ${waitsFor}`,
});

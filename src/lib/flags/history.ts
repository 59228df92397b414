/** What the application remembers in its database: evaluations of flags and runs of hooks, by day. */
import type { Context } from '../context.js';
import { groupBy } from '../group-by.js';
import { type FlagDay, flagDays } from '../pg/queries/flag-days.js';
import { historyTables } from '../pg/queries/history-tables.js';
import { type HookDay, hookDays } from '../pg/queries/hook-days.js';
import type { Finding } from '../status.js';
import { attempt, type Read } from './attempt.js';

export interface FlagHistory {
  /** Days with an evaluation, oldest first. */
  readonly flags: ReadonlyMap<string, readonly FlagDay[]>;
  /** The first day with one; null of none. */
  readonly since: string | null;
  readonly hooks: readonly HookDay[];
}

/** @param hooksSince first day of the hooks that is needed; without it none is read */
export async function readFlagHistory(
  { pg, signal }: Pick<Context, 'pg' | 'signal'>,
  hooksSince?: string,
): Promise<Read<FlagHistory>> {
  const read = await attempt(signal, UNREADABLE, () =>
    pg(async (database) => {
      const [tables] = await database.query(historyTables);
      if (!tables?.isThere) return undefined;
      const days = await database.query(flagDays);
      const hooks = hooksSince === undefined ? [] : await database.query(hookDays, [hooksSince]);
      const since = days.reduce<string | null>((first, { day }) => (first === null || day < first ? day : first), null);
      return { flags: groupBy(days, ({ flag }) => flag), since, hooks };
    }),
  );
  if ('missing' in read) return read;
  return read.found ? { found: read.found } : { missing: NOTHING_KEPT };
}

const UNREADABLE = {
  code: 'VOPS-FLAGS-HISTORY',
  message: 'what is stale or unused, and what changed, is unknown, for the history cannot be read',
};

const NOTHING_KEPT: Finding = {
  code: 'VOPS-FLAGS-HISTORY',
  severity: 'unknown',
  message: 'the application keeps no history in this database: what is stale or unused, and what changed, is unknown',
  hint: 'let the application have its archive (docs/strapi.md), or correct the section database',
};

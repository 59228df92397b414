/** Which statements the time goes into: all roles', of any supported version, and never reset. */
import * as z from 'zod';
import type { Context } from '../context.js';
import type { Database } from '../pg/index.js';
import { only } from '../pg/only.js';
import {
  type StatementCounters,
  statementCircumstances,
  statementInfo,
  statementTexts,
} from '../pg/queries/statement-statistics.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { isFileError, openState } from './state.js';
import { addSnapshot, baseOf, type Counts, difference, type Snapshot, Snapshots } from './statements/difference.js';
import { judgeStatements } from './statements/judge.js';
import { readStatements } from './statements/read.js';

export const SORTS = ['total', 'mean', 'calls', 'rows', 'temp'] as const;

export const SlowQueryFlags = z.object({
  window: Duration.prefault('24h'),
  sort: z.enum(SORTS).default('total'),
  limit: z.coerce.number().int().min(1).max(1_000).default(20),
});
export type SlowQueryFlags = z.infer<typeof SlowQueryFlags>;

export const SlowQueries = z.object({
  /** Whether pg_stat_statements could be read. */
  isAvailable: z.boolean(),
  /** What the figures cover begins here; null: not known, which is before PostgreSQL 14. */
  since: z.iso.datetime().nullable(),
  /** `snapshot`: our own, of an earlier run. `statistics`: all that the server has counted. */
  basis: z.enum(['snapshot', 'statistics']),
  totalMs: z.number(),
  statements: z.array(
    z.object({
      key: z.string(),
      user: z.string(),
      /** Normalised by the server: constants are $1, $2, … */
      query: z.string(),
      calls: z.number(),
      totalMs: z.number(),
      /** Of the time of all statements, 0..1. */
      share: z.number(),
      meanMs: z.number(),
      rows: z.number(),
      hitBytes: z.number(),
      readBytes: z.number(),
      temporaryBytes: z.number(),
    }),
  ),
});
export type SlowQueries = z.infer<typeof SlowQueries>;

type QueriesContext = Pick<Context, 'config' | 'dryRun' | 'log' | 'pg' | 'state'>;

/** Ranks the statements by what they did in the window, and keeps a snapshot for the next run. Errors: `VOPS-DB-…`. */
export function findSlowQueries(context: QueriesContext, flags: SlowQueryFlags): Promise<Outcome<SlowQueries>> {
  return context.pg(async (database) => {
    const read = await readStatements(database);
    if ('unavailable' in read) return conclude(NOTHING, [read.unavailable]);
    const { schema, counters } = read;
    const { now: at, blockBytes, role, room } = only(await database.query(statementCircumstances));
    const now = await takeSnapshot(database, schema, { at, counters });
    const snapshots = await remember(context, database, now);
    const base = baseOf(snapshots, now, flags.window);
    const changes = difference(base, now);
    const top = rank(changes, flags);
    const texts = await database.query(statementTexts(schema), [top.map(([key]) => key)]);
    const textOf = new Map(texts.map((text) => [text.key, text]));
    const totalMs = sum([...changes.values()].map((counts) => counts[1]));
    const statements = top.map(([key, counts]) => ({
      ...describe(key, counts, { totalMs, blockBytes }),
      user: textOf.get(key)?.user ?? '',
      query: (textOf.get(key)?.query ?? 'evicted meanwhile').replace(/\s+/g, ' ').trim(),
    }));
    const basis = base === undefined ? ('statistics' as const) : ('snapshot' as const);
    const result = { isAvailable: true, since: base?.at ?? now.since, basis, totalMs, statements };
    const { thresholds } = (await context.config()).database;
    const hidden = counters.filter(({ key }) => key === null).length;
    return conclude(result, judgeStatements(result, { base, now, hidden, thresholds, role, room }));
  });
}

const NOTHING: SlowQueries = { isAvailable: false, since: null, basis: 'statistics', totalMs: 0, statements: [] };

/** First version with `pg_stat_statements_info`; an extension of before, not updated, lacks it too. */
const HAS_INFO = 140_000;

async function takeSnapshot(
  database: Database,
  schema: string,
  { at, counters }: { readonly at: string; readonly counters: readonly StatementCounters[] },
): Promise<Snapshot> {
  const [info] = database.version < HAS_INFO ? [] : await database.query(statementInfo(schema)).catch(() => []);
  const counts = counters.flatMap(({ key, ...counter }) => (key === null ? [] : [[key, countsOf(counter)] as const]));
  return { at, since: info?.since ?? null, evictions: info?.evictions ?? null, counts: Object.fromEntries(counts) };
}

const countsOf = ({ calls, totalMs, rows, ...blocks }: Omit<StatementCounters, 'key'>): Counts => [
  calls,
  totalMs,
  rows,
  blocks.hitBlocks,
  blocks.readBlocks,
  blocks.temporaryBlocks,
];

/** The snapshots of earlier runs. Without a state directory the report goes on, over all that the server counted. */
async function remember(context: QueriesContext, database: Database, now: Snapshot): Promise<readonly Snapshot[]> {
  try {
    const state = await openState(context, database);
    const snapshots = (await state.read('statements', Snapshots)) ?? [];
    const next = addSnapshot(snapshots, now);
    if (next !== snapshots) await state.write('statements', next);
    return snapshots;
  } catch (error) {
    if (!isFileError(error)) throw error;
    context.log.warn(`no history of statements is kept: ${error.message}`);
    return [];
  }
}

function rank(
  changes: ReadonlyMap<string, Counts>,
  { sort, limit }: SlowQueryFlags,
): readonly (readonly [string, Counts])[] {
  return [...changes].sort(([, one], [, other]) => WEIGHT[sort](other) - WEIGHT[sort](one)).slice(0, limit);
}

const WEIGHT = {
  total: ([, totalMs]) => totalMs,
  mean: ([calls, totalMs]) => totalMs / calls,
  calls: ([calls]) => calls,
  rows: ([, , rows]) => rows,
  temp: (counts) => counts[5],
} as const satisfies Record<SlowQueryFlags['sort'], (counts: Counts) => number>;

const describe = (key: string, counts: Counts, whole: { readonly totalMs: number; readonly blockBytes: number }) => ({
  key,
  calls: counts[0],
  totalMs: counts[1],
  share: whole.totalMs > 0 ? counts[1] / whole.totalMs : 0,
  meanMs: counts[1] / counts[0],
  rows: counts[2],
  hitBytes: counts[3] * whole.blockBytes,
  readBytes: counts[4] * whole.blockBytes,
  temporaryBytes: counts[5] * whole.blockBytes,
});

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

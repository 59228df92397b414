/**
 * Checks put to the database: one after the other, all on one snapshot, so that sums of several tables belong together.
 * The transaction cannot write, and each check has its own limits; one that is ended leaves the others their snapshot.
 */
import * as z from 'zod';
import type { Integrity, IntegrityCheck } from '../config/integrity.js';
import type { Context } from '../context.js';
import { type Explanation, explain, OperatorError } from '../errors.js';
import { Numeric } from '../pg/columns.js';
import { quoteName } from '../pg/identifier.js';
import type { Database, Query } from '../pg/index.js';
import { only } from '../pg/only.js';
import type { Named } from './catalogue.js';
import { type CompiledCheck, compileCheck } from './compile.js';
import { explainFailure } from './failure.js';

/** A failing row: a fingerprint of its key, and the key as people read it. */
export interface FailingKey {
  readonly fingerprint: string;
  readonly key: readonly (string | null)[];
}

export interface Counts {
  /** Null where a number decides and not the rows. */
  readonly failing: number | null;
  readonly total: number | null;
  /** All of them, or, of more than are remembered, a few. */
  readonly keys: readonly FailingKey[];
}

/** What the planner expects: cost in its own unit, and failing rows. */
export interface Estimate {
  readonly cost: number;
  readonly rows: number;
}

export type Asked<Answer> = Named<IntegrityCheck> & {
  readonly compiled: CompiledCheck;
  readonly durationMs: number;
  readonly answer: { readonly value: Answer } | { readonly problem: Explanation };
};

/** Failing rows remembered of one check; of more, none is. */
export const KEYS_KEPT = 10_000;
/** Then as many are named at most. */
const SAMPLED = 100;

type DatabaseContext = Pick<Context, 'elapsed' | 'pg' | 'progress' | 'signal'>;
type Limits = Pick<Integrity, 'timeout' | 'lockTimeout' | 'url'>;
type Checks = readonly Named<IntegrityCheck>[];

/** Counts the failing rows of every check. Rejects only with the reason of an aborted signal: a problem is an answer. */
export const countRows = (context: DatabaseContext, checks: Checks, limits: Limits): Promise<Asked<Counts>[]> =>
  askEach(context, checks, { ...limits, ask: countOne });

/** Has every check planned and none carried out. Rejects as `countRows`. */
export const estimate = (context: DatabaseContext, checks: Checks, limits: Limits): Promise<Asked<Estimate>[]> =>
  askEach(context, checks, { ...limits, ask: estimateOne });

type Ask<Answer> = (database: Database, compiled: CompiledCheck) => Promise<Answer>;

async function askEach<Answer>(
  context: DatabaseContext,
  checks: Checks,
  { ask, ...limits }: Limits & { readonly ask: Ask<Answer> },
): Promise<Asked<Answer>[]> {
  if (checks.length === 0) return [];
  const asked: Asked<Answer>[] = [];
  const longest = Math.max(...checks.map(({ item }) => item.timeout ?? limits.timeout));
  try {
    await context.pg(
      async (database) => {
        await database.query(command('begin isolation level repeatable read read only'));
        await database.query(command('savepoint untouched'));
        for (const check of checks) {
          context.progress.update('integrity', { share: asked.length / checks.length, text: check.name });
          asked.push(await askOne({ context, database, limits }, check, ask));
        }
      },
      { queryTimeout: longest, url: limits.url, ownSearchPath: true },
    );
  } catch (error) {
    // The connection is gone: the rest has no verdict.
    const problem = problemOf(context, error);
    asked.push(
      ...checks.slice(asked.length).map((check) => ({ ...describe(check), durationMs: 0, answer: { problem } })),
    );
  }
  return asked;
}

const command = (sql: string): Query<unknown> => ({ sql, row: z.unknown() });
const describe = (check: Named<IntegrityCheck>) => ({ ...check, compiled: compileCheck(check.item) });

interface Place {
  readonly context: DatabaseContext;
  readonly database: Database;
  readonly limits: Limits;
}

/** Strapi keeps times without their zone, in UTC. */
const SETTINGS: Query<unknown> = {
  sql: `
    select set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
      set_config('timezone', 'UTC', true)`,
  row: z.unknown(),
};

async function askOne<Answer>(
  { context, database, limits }: Place,
  check: Named<IntegrityCheck>,
  ask: Ask<Answer>,
): Promise<Asked<Answer>> {
  const described = describe(check);
  const start = context.elapsed();
  const timeoutMs = check.item.timeout ?? limits.timeout;
  let answer: Asked<Answer>['answer'];
  try {
    await database.query(SETTINGS, [String(timeoutMs), String(limits.lockTimeout)]);
    answer = { value: await ask(database, described.compiled) };
  } catch (error) {
    answer = { problem: explainFailure(problemOf(context, error), { timeoutMs, ...limits }) };
  }
  // Fails when the connection is gone, which is then everybody's problem.
  await database.query(command('rollback to savepoint untouched'));
  return { ...described, durationMs: Math.round(context.elapsed() - start), answer };
}

/** What an operator can mend is an answer; a bug of ours is none, nor is a signal. */
function problemOf({ signal }: Pick<Context, 'signal'>, error: unknown): Explanation {
  if (signal.aborted || !(error instanceof OperatorError)) throw error;
  return explain(error);
}

const Counted = z.object({ failing: Numeric.nullable(), total: Numeric.nullable() });
const Key = z.object({ fingerprint: z.string(), key: z.array(z.string().nullable()) });

async function countOne(database: Database, compiled: CompiledCheck): Promise<Counts> {
  const counted = only(await database.query({ sql: countSql(compiled), row: Counted, isForeign: true }));
  if (!counted.failing) return { ...counted, keys: [] };
  const limit = counted.failing > KEYS_KEPT ? SAMPLED : KEYS_KEPT;
  const keys = await database.query({ sql: keySql(compiled), row: Key, isForeign: true }, [limit]);
  return { ...counted, keys };
}

const countSql = ({ failing, total }: CompiledCheck): string => `
  select ${failing === undefined ? 'null' : `(select count(*) from (\n${failing}\n) as failing)`} as failing,
    ${total === undefined ? 'null' : `(\n${total}\n)`} as total`;

/** Longest part of a key that is fetched. */
const LONGEST_KEY = 80;

/** The server makes the fingerprints, so that a long key does not travel. */
function keySql({ failing, key }: CompiledCheck): string {
  const names = key.map((column) => `failing.${quoteName(column)}`);
  const shown = names.map((name) => `left(${name}::text, ${LONGEST_KEY})`);
  return `
    select left(encode(sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(${names.join(', ')})::text, 'UTF8')), 'hex'), 16)
        as fingerprint,
      pg_catalog.jsonb_build_array(${shown.join(', ')}) as key
    from (\n${failing}\n) as failing limit $1`;
}

const Plan = z.object({
  'QUERY PLAN': z.tuple([z.object({ Plan: z.object({ 'Total Cost': z.number(), 'Plan Rows': z.number() }) })]),
});

async function estimateOne(database: Database, { failing, total }: CompiledCheck): Promise<Estimate> {
  const sql = `explain (format json) select * from (\n${failing ?? total}\n) as planned`;
  const [{ Plan: plan }] = only(await database.query({ sql, row: Plan, isForeign: true }))['QUERY PLAN'];
  return { cost: plan['Total Cost'], rows: plan['Plan Rows'] };
}

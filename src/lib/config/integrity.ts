/** Checks of the application's own data: named SELECTs of failing rows, rules of common kinds, journeys over HTTP. */
import * as z from 'zod';
import { Duration, TimeLimit } from '../units.js';
import { Journey } from './journeys.js';
import { SecretPostgresUrl, SelectText } from './text.js';

const Name = z.string().min(1);
const Columns = z.array(Name).min(1);
const CheckName = z.string().regex(/^[a-z][\w-]{0,62}$/i, 'expected a name such as points-recomputed');

const PERCENT = /^(\d+(?:\.\d+)?)\s*%$/;

/** `5` rows, or `"0.5%"` of the rows looked at: reached by as many, and never by none. */
export const Limit = z
  .union([z.number().int().min(1), z.string().regex(PERCENT)], {
    error: 'expected a number of rows, 1 or more, or a share such as "0.5%"',
  })
  .transform(
    (limit): Limit => (typeof limit === 'number' ? { rows: limit } : { share: Number(PERCENT.exec(limit)?.[1]) / 100 }),
  );
export type Limit = { readonly rows: number } | { readonly share: number };

/** The business KPI that a check is counted for. */
export const BusinessKpi = z.enum(['dataConsistency', 'validationAccuracy', 'calculationCorrectness']);
export type BusinessKpi = z.output<typeof BusinessKpi>;

const common = {
  /** What is true when it passes, in a sentence. */
  description: z.string().optional(),
  owner: z.string().optional(),
  hint: z.string().optional(),
  warn: Limit.optional(),
  fail: Limit.optional(),
  kpi: BusinessKpi.default('dataConsistency'),
  timeout: TimeLimit.optional(),
} as const;

/** A table, and the part of it that is looked at. */
const rows = {
  /** `players`, or with its schema: `public.players`. */
  table: Name,
  /** A condition in SQL. */
  where: Name.optional(),
  /** The columns that name a row. */
  key: Columns.default(['id']),
} as const;

const sql = () =>
  z.strictObject({
    ...common,
    kind: z.literal('sql'),
    /** A SELECT of the rows that fail. */
    sql: SelectText,
    /** Columns of it that name a row. */
    key: Columns,
    /** A SELECT of one number: the rows looked at. */
    total: SelectText.optional(),
  });
const notNull = () => z.strictObject({ ...common, ...rows, kind: z.literal('not_null'), columns: Columns });
const unique = () => z.strictObject({ ...common, ...rows, kind: z.literal('unique'), columns: Columns });
const foreignKey = () =>
  z.strictObject({
    ...common,
    ...rows,
    kind: z.literal('foreign_key'),
    columns: Columns,
    references: z.strictObject({ table: Name, columns: Columns.default(['id']) }),
  });
const Bound = z.union([z.number(), Name], { error: 'expected a number, or text such as a date' });
const range = () =>
  z.strictObject({
    ...common,
    ...rows,
    kind: z.literal('range'),
    column: Name,
    min: Bound.optional(),
    max: Bound.optional(),
  });
const { key: _, ...wholeTable } = rows;
const freshness = () =>
  z.strictObject({
    ...common,
    ...wholeTable,
    kind: z.literal('freshness'),
    column: Name,
    maxAge: Duration,
  });
const rowCountChange = () =>
  z.strictObject({
    ...common,
    ...wholeTable,
    kind: z.literal('row_count_change'),
    /** What is compared is the count of a run at least this long ago, or the oldest there is. */
    window: Duration.prefault('24h'),
    maxDrop: Limit.optional(),
    maxGrowth: Limit.optional(),
  });
/** Columns of a table, added up. */
const side = () => z.strictObject({ table: Name, sum: Columns, by: z.array(Name).default([]), where: Name.optional() });
const crossTableSum = () =>
  z.strictObject({
    ...common,
    kind: z.literal('cross_table_sum'),
    left: side(),
    right: side(),
    tolerance: z.number().min(0).default(0),
  });
const recomputed = () =>
  z.strictObject({
    ...common,
    ...rows,
    kind: z.literal('recomputed'),
    columns: Columns,
    /** A SELECT of the key and of the same columns, computed anew. */
    sql: SelectText,
    tolerance: z.number().min(0).default(0),
  });

/** Left alone, any failing row fails the check; with one level given, the other is off. */
export const IntegrityCheck = z.lazy(() => {
  const kinds = [
    sql(),
    notNull(),
    unique(),
    foreignKey(),
    range(),
    freshness(),
    rowCountChange(),
    crossTableSum(),
    recomputed(),
  ] as const;
  return z
    .discriminatedUnion('kind', kinds, {
      error: `expected a kind: ${kinds.map(({ shape }) => shape.kind.value).join(', ')}`,
    })
    .superRefine((check, context) => {
      const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
      if (check.kind === 'sql' && check.total === undefined && [check.warn, check.fail].some(isShare))
        refuse('total', 'a share needs the number of all rows: a SELECT of one number');
      if (check.kind === 'foreign_key' && check.columns.length !== check.references.columns.length)
        refuse('references', 'needs as many columns as refer to it');
      if (check.kind === 'range' && check.min === undefined && check.max === undefined)
        refuse('min', 'a range needs min, max or both');
      if (check.kind === 'row_count_change' && check.maxDrop === undefined && check.maxGrowth === undefined)
        refuse('maxDrop', 'needs maxDrop, maxGrowth or both');
      if (check.kind === 'cross_table_sum' && check.left.by.length !== check.right.by.length)
        refuse('right', 'needs as many columns in by as left');
    })
    .transform((check) => ({
      ...check,
      fail: check.fail ?? (check.warn === undefined ? { rows: 1 } : undefined),
    }));
});
export type IntegrityCheck = z.output<typeof IntegrityCheck>;

const isShare = (limit: Limit | undefined): boolean => limit !== undefined && 'share' in limit;

export const Integrity = z.lazy(() =>
  z
    .strictObject({
      /** Checks and journeys that come with the program; those below with the same name replace them. */
      preset: z.enum(['football']).optional(),
      /** Longest one check may take, on the server. */
      timeout: TimeLimit.prefault('30s'),
      /** Longest a check waits for a lock. */
      lockTimeout: TimeLimit.prefault('1s'),
      /** Where the checks run, such as a replica. Default: `database`. */
      url: SecretPostgresUrl.optional(),
      /** Failing rows that are named, by their keys; 0 names none. */
      samples: z.number().int().min(0).max(100).default(5),
      /** Checks of the database, by name: see docs/integrity.md. */
      checks: z.record(CheckName, IntegrityCheck).default({}),
      /** What users do, over HTTP, by name: see docs/integrity.md. */
      journeys: z.record(CheckName, Journey).default({}),
    })
    .prefault({}),
);
export type Integrity = z.output<typeof Integrity>;

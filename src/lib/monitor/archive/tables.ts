/** What is written where: one entry an outbox, all written in one way. */
import { createHash } from 'node:crypto';
import type { RollupRow } from '../history/ledger.js';
import type { Outbox } from './outbox.js';

/** A row as it waits: the fields that a table's statement reads from JSON. */
type Fields = Readonly<Record<string, unknown>>;

/** Something that happened once: an error, a host sample, a configuration change, an action. */
export interface EventRow {
  readonly kind: 'error' | 'usage' | 'config' | 'action';
  readonly id: string;
  /** ISO-8601 UTC. */
  readonly at: string;
  readonly body: unknown;
}

/** Evaluations of a flag on a day of UTC by this process, since it started. */
export interface FlagRow {
  readonly flag: string;
  readonly day: string;
  readonly evaluations: number;
  readonly enabledEvaluations: number;
  readonly lastEvaluationAt: string;
}

export interface Outboxes {
  readonly rollups: Outbox<RollupRow>;
  readonly events: Outbox<EventRow>;
  /** Apart from other events, which a storm of errors must not push out. */
  readonly errors: Outbox<EventRow>;
  readonly flags: Outbox<FlagRow>;
}

export interface Table<Row> {
  /** Takes the rows as a JSON array in `$1` and the instance in `$2`. Repeating it changes nothing. */
  readonly statement: string;
  readonly fieldsOf: (row: Row) => Fields;
}

/**
 * Absolute figures: a row takes the place of what we wrote of the same period before. Smaller ones are of a period we have
 * forgotten and, by a clock that was set back, begun anew.
 */
const ROLLUPS: Table<RollupRow> = {
  statement: `
    insert into viktoria_ops.rollups
    select step, started_at, $2, kind, content_type, operation, source, executions, rejected, failed, committed,
           rolled_back, queries, total_ms, own_ms, query_ms, max_ms, bins
    from jsonb_to_recordset($1::jsonb) as r(step text, started_at timestamptz, kind text, content_type text,
      operation text, source text, executions float8, rejected float8, failed float8, committed float8,
      rolled_back float8, queries float8, total_ms float8, own_ms float8, query_ms float8, max_ms float8, bins integer[])
    on conflict (step, started_at, instance, kind, content_type, operation, source) do update set
      executions = excluded.executions, rejected = excluded.rejected, failed = excluded.failed,
      committed = excluded.committed, rolled_back = excluded.rolled_back, queries = excluded.queries,
      total_ms = excluded.total_ms, own_ms = excluded.own_ms, query_ms = excluded.query_ms,
      max_ms = excluded.max_ms, bins = excluded.bins
    where excluded.executions >= rollups.executions`,
  fieldsOf: ({ step, from, cell }) => ({
    step,
    started_at: new Date(from).toISOString(),
    kind: cell.kind,
    content_type: shortened(cell.contentType),
    operation: shortened(cell.operation),
    source: shortened(cell.source),
    executions: cell.executions,
    rejected: cell.rejected,
    failed: cell.failed,
    committed: cell.committed,
    rolled_back: cell.rolledBack,
    queries: cell.queries,
    total_ms: cell.totalMs,
    own_ms: cell.ownMs,
    query_ms: cell.queryMs,
    max_ms: cell.maxMs,
    bins: [...cell.bins],
  }),
};

const EVENTS: Table<EventRow> = {
  statement: `
    insert into viktoria_ops.events
    select kind, id, at, $2, body from jsonb_to_recordset($1::jsonb) as r(kind text, id text, at timestamptz, body jsonb)
    on conflict do nothing`,
  fieldsOf: (row) => ({ ...row }),
};

const FLAGS: Table<FlagRow> = {
  statement: `
    insert into viktoria_ops.flag_evaluations
    select flag, day, $2, evaluations, "enabledEvaluations", "lastEvaluationAt"
    from jsonb_to_recordset($1::jsonb) as r(flag text, day date, evaluations float8, "enabledEvaluations" float8,
      "lastEvaluationAt" timestamptz)
    on conflict (flag, day, instance) do update set evaluations = excluded.evaluations,
      enabled_evaluations = excluded.enabled_evaluations, last_evaluation_at = excluded.last_evaluation_at
    where excluded.evaluations >= flag_evaluations.evaluations`,
  fieldsOf: (row) => ({ ...row, flag: shortened(row.flag) }),
};

export const TABLES = { rollups: ROLLUPS, events: EVENTS, errors: EVENTS, flags: FLAGS } as const;

/** An entry of an index holds 2,704 bytes: three names of three bytes a character, with room for the rest. */
const LONGEST_NAME = 200;
const HASH_LENGTH = 16;

/** A name as part of a key; what is too long ends in a hash of the whole, so that names stay apart. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, LONGEST_NAME - HASH_LENGTH - 1)}…${hash}`;
}

/** Rows as JSON that PostgreSQL takes: it has no NUL in texts, and no half surrogate pairs. */
export function toJson<Row>({ fieldsOf }: Table<Row>, rows: readonly Row[]): string {
  return JSON.stringify(rows.map(fieldsOf), (_key, value: unknown) =>
    typeof value === 'string' && REFUSED.test(value) ? Buffer.from(value).toString().replaceAll('\0', '\uFFFD') : value,
  );
}

const REFUSED = /[\0\ud800-\udfff]/;

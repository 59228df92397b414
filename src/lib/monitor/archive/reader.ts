/** Reads the archive. */
import { setImmediate } from 'node:timers/promises';
import type { ResourceUsage } from '../../contract/index.js';
import type { ErrorEntry } from '../history/errors.js';
import type { Period, Piece, Step } from '../history/periods.js';
import type { Cell } from '../history/tally.js';
import type { Database } from './database.js';
import type { Archive, InstanceRollup } from './index.js';
import type { EventRow } from './tables.js';

const ROLLUPS = `
select step, extract(epoch from started_at)::float8 * 1000 as "from", instance, kind, content_type as "contentType",
       operation, source, executions, rejected, failed, committed, rolled_back as "rolledBack", queries,
       total_ms as "totalMs", own_ms as "ownMs", query_ms as "queryMs", max_ms as "maxMs", bins::text as packed
from viktoria_ops.rollups join unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as piece(of, begin, finish)
  on step = piece.of and started_at >= piece.begin and started_at < piece.finish`;

/** Seen now and then: what lay between two heartbeats was watched, too. */
const WATCHED = `
select extract(epoch from started_at)::float8 * 1000 as "from", extract(epoch from seen_at)::float8 * 1000 as "to"
from viktoria_ops.instances where seen_at >= $1 and started_at < $2`;

const EVENTS = `select body from viktoria_ops.events where kind = $1 order by at desc limit $2`;

const LAST_START = `
select body from viktoria_ops.events where kind = 'config' and body ? 'hashes' order by at desc limit 1`;

/** Means made here: a month of minutes would hold up the application while it reads them. */
const USAGE = `
select (floor(extract(epoch from at) * 1000 / $3) * $3)::float8 as "from", instance, avg((body->>'cpu')::float8) as cpu,
       avg((body->>'memory')::float8) as memory, avg((body->>'disk')::float8) as disk,
       avg((body->>'network')::float8) as network, avg((body->>'activeUsers')::float8) as "activeUsers",
       avg((body->>'requestsPerSecond')::float8) as "requestsPerSecond"
from viktoria_ops.events where kind = 'usage' and at >= $1 and at <= $2 group by 1, 2 order by 1, 2`;

interface RollupLine extends Omit<Cell, 'bins'> {
  readonly step: Step;
  readonly from: number;
  readonly instance: string;
  /** `{bin,count,…}` */
  readonly packed: string;
}

/** The archive in this database; to be used once its schema is there. */
export function createArchive(database: Database): Archive {
  const read = <Row>(text: string, values: readonly unknown[]) =>
    database.transaction((query) => query<Row>(text, values));
  const eventsOf = async <Body>(kind: EventRow['kind'], limit: number) =>
    (await read<{ body: Body }>(EVENTS, [kind, limit])).map(({ body }) => body);
  return {
    async rollups(pieces) {
      const columns = [pieces.map(({ step }) => step), pieces.map(startOfPiece), pieces.map(endOfPiece)];
      return groupByPeriod(await read<RollupLine>(ROLLUPS, columns));
    },
    watched: ({ from, to }) => read<Period>(WATCHED, [new Date(from), new Date(to)]),
    errors: (limit) => eventsOf<ErrorEntry>('error', limit),
    events: eventsOf,
    lastStart: async () => (await read<{ body: unknown }>(LAST_START, [])).map(({ body }) => body),
    usage: async ({ from, to }, stepMs) => {
      const means = await read<Omit<ResourceUsage, 'timestamp'> & { from: number }>(USAGE, [
        new Date(from),
        new Date(to),
        stepMs,
      ]);
      return means.map(({ from: start, ...mean }) => ({ ...mean, timestamp: new Date(start).toISOString() }));
    },
  };
}

const startOfPiece = ({ from }: Piece) => new Date(from);
const endOfPiece = ({ to }: Piece) => new Date(to);

/** Worked on in one go; a few milliseconds. */
const LINES_AT_ONCE = 500;

/** Lets the application go on in between: a week of hooks is tens of thousands of lines. */
async function groupByPeriod(lines: readonly RollupLine[]): Promise<InstanceRollup[]> {
  const groups = new Map<string, { readonly rollup: Omit<InstanceRollup, 'cells'>; readonly cells: Cell[] }>();
  for (const [index, { step, from, instance, packed, ...cell }] of lines.entries()) {
    if (index % LINES_AT_ONCE === LINES_AT_ONCE - 1) await setImmediate();
    const key = `${step} ${from} ${instance}`;
    const group = groups.get(key) ?? { rollup: { step, from, instance }, cells: [] };
    groups.set(key, group);
    group.cells.push({ ...cell, bins: numbersOf(packed) });
  }
  return [...groups.values()].map(({ rollup, cells }) => ({ ...rollup, cells }));
}

/** By the parser of JSON, five times as fast as split and Number. */
const numbersOf = (packed: string): Uint32Array =>
  Uint32Array.from(JSON.parse(`[${packed.slice(1, -1)}]`) as readonly number[]);

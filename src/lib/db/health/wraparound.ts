import * as z from 'zod';
import { qualifiedName } from '../../pg/identifier.js';
import { type HorizonHolder, horizonHolders } from '../../pg/queries/horizon-holders.js';
import { oldestTables } from '../../pg/queries/oldest-tables.js';
import { wraparound as wraparoundAges } from '../../pg/queries/wraparound.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

const Wraparound = z.object({
  /** The oldest first. */
  databases: z.array(
    z.object({
      database: z.string(),
      xidAge: z.number(),
      multixactAge: z.number(),
      xidFreezeMaxAge: z.number(),
      multixactFreezeMaxAge: z.number(),
      xidFailsafeAge: z.number().nullable(),
      multixactFailsafeAge: z.number().nullable(),
    }),
  ),
  /** Of this database, the oldest first. */
  tables: z.array(z.object({ table: z.string(), xidAge: z.number(), multixactAge: z.number(), sizeBytes: z.number() })),
  /** What keeps VACUUM from its work, the oldest first. */
  holders: z.array(
    z.object({ who: z.string(), xidAge: z.number(), seconds: z.number().nullable(), release: z.string() }),
  ),
});
type Wraparound = z.infer<typeof Wraparound>;

/** Ids are compared modulo 2^32, so what is older than 2^31 would count as the future: the server stops before that. */
const LIMIT = 2 ** 31;
const WARNING_AGE = 0.5 * LIMIT;
const CRITICAL_AGE = 0.75 * LIMIT;
/** Autovacuum begins to freeze at freeze_max_age: a healthy database reaches it, but does not go on growing. */
const FREEZE_OVERDUE = 1.25;

/** How far every database is from the point where the server refuses to write. */
export const wraparound = defineSection({
  data: Wraparound,
  read: async (database) => ({
    databases: await database.query(wraparoundAges),
    tables: (await database.query(oldestTables)).map(({ schema, name, ...table }) => ({
      table: qualifiedName(schema, name),
      ...table,
    })),
    holders: await database.query(horizonHolders),
  }),
  judge: judgeWraparound,
});

export function judgeWraparound(
  { databases, tables, holders }: Wraparound,
  { last }: Pick<Circumstances, 'last'>,
): readonly Finding[] {
  const cause = { table: tables[0]?.table, holder: holders[0] };
  return databases.flatMap((row) => [
    ...judgeAge(row.database, cause, {
      kind: 'transaction id',
      age: row.xidAge,
      lastAge: last?.xidAges[row.database],
      freezeMaxAge: row.xidFreezeMaxAge,
      failsafeAge: row.xidFailsafeAge,
    }),
    ...judgeAge(row.database, cause, {
      kind: 'multixact id',
      age: row.multixactAge,
      lastAge: last?.multixactAges[row.database],
      freezeMaxAge: row.multixactFreezeMaxAge,
      failsafeAge: row.multixactFailsafeAge,
    }),
  ]);
}

interface Cause {
  readonly table: string | undefined;
  readonly holder: HorizonHolder | undefined;
}

interface Age {
  readonly kind: string;
  readonly age: number;
  /** When it was last looked at, if it was. */
  readonly lastAge: number | undefined;
  readonly freezeMaxAge: number;
  readonly failsafeAge: number | null;
}

function judgeAge(database: string, cause: Cause, { kind, age, lastAge, ...limits }: Age): readonly Finding[] {
  const isCritical = age > CRITICAL_AGE || age > (limits.failsafeAge ?? LIMIT);
  const isFalling = lastAge !== undefined && age < lastAge;
  const isOverdue = age > WARNING_AGE || (age > FREEZE_OVERDUE * limits.freezeMaxAge && !isFalling);
  if (!isCritical && !isOverdue) return [];
  const share = Math.round((age / LIMIT) * 100);
  return [
    {
      code: 'VOPS-DB-WRAPAROUND',
      severity: isCritical ? 'error' : 'warning',
      message: `database ${database}: the oldest ${kind} is ${age} old, ${share} % of the way to a forced stop`,
      hint: cure(cause),
    },
  ];
}

/** What holds freezing back comes first: until it is gone, VACUUM changes nothing. */
function cure({ table, holder }: Cause): string {
  const vacuum =
    table === undefined ? 'VACUUM (FREEZE) the oldest tables' : `viktoria-ops db vacuum --freeze --table '${table}'`;
  if (holder === undefined) return `nothing holds it back in this database: ${vacuum}`;
  return `${holder.who} holds freezing back: ${holder.release}; then ${vacuum}`;
}

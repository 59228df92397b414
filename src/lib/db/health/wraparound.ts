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
      /** The one looked at: the tables and the holders below are its own. */
      isOwn: z.boolean(),
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
  return databases.flatMap(({ database, isOwn, ...row }) => [
    ...judgeAge(database, isOwn ? { table: oldest(tables, 'xidAge'), holder: holders[0] } : undefined, {
      kind: 'transaction id',
      age: row.xidAge,
      lastAge: last?.xidAges[database],
      freezeMaxAge: row.xidFreezeMaxAge,
      failsafeAge: row.xidFailsafeAge,
    }),
    ...judgeAge(database, isOwn ? { table: oldest(tables, 'multixactAge'), holder: holders[0] } : undefined, {
      kind: 'multixact id',
      age: row.multixactAge,
      lastAge: last?.multixactAges[database],
      freezeMaxAge: row.multixactFreezeMaxAge,
      failsafeAge: row.multixactFailsafeAge,
    }),
  ]);
}

const oldest = (tables: Wraparound['tables'], key: 'xidAge' | 'multixactAge'): string | undefined =>
  [...tables].sort((one, other) => other[key] - one[key])[0]?.table;

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

function judgeAge(
  database: string,
  cause: Cause | undefined,
  { kind, age, lastAge, ...limits }: Age,
): readonly Finding[] {
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
      hint: cause ? cure(cause) : ELSEWHERE,
    },
  ];
}

/** Its tables, and what holds it back, are seen from within it. */
const ELSEWHERE =
  'as a superuser, in that database: VACUUM (FREEZE); where nobody may connect, as in template0, autovacuum does it';

/** What holds freezing back comes first: until it is gone, VACUUM changes nothing. */
function cure({ table, holder }: Cause): string {
  const vacuum = table === undefined ? 'VACUUM (FREEZE) the oldest tables' : freeze(table);
  if (holder === undefined) return `nothing holds it back in this database: ${vacuum}`;
  return `${holder.who} holds freezing back: ${holder.release}; then ${vacuum}`;
}

/** `db vacuum` is for the tables of the application; those of a session nobody else can vacuum. */
function freeze(table: string): string {
  if (/^pg_temp_\d+\./.test(table)) return `end the session that made the temporary table, or: DROP TABLE ${table}`;
  if (/^(pg_catalog|information_schema)\./.test(table)) return `as a superuser: VACUUM (FREEZE) ${table}`;
  return `viktoria-ops db vacuum --freeze --table '${table}'`;
}

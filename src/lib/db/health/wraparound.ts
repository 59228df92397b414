import * as z from 'zod';
import { wraparound as wraparoundAges } from '../../pg/queries/wraparound.js';
import type { Finding } from '../../status.js';
import { defineSection } from './section.js';

const Wraparound = z.array(
  z.object({
    database: z.string(),
    xidAge: z.number(),
    multixactAge: z.number(),
    xidFreezeMaxAge: z.number(),
    multixactFreezeMaxAge: z.number(),
    xidFailsafeAge: z.number().nullable(),
    multixactFailsafeAge: z.number().nullable(),
  }),
);
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
  read: (database) => database.query(wraparoundAges),
  judge: judgeWraparound,
});

export function judgeWraparound(databases: Wraparound): readonly Finding[] {
  return databases.flatMap((row) => [
    ...judgeAge(row.database, 'transaction id', {
      age: row.xidAge,
      freezeMaxAge: row.xidFreezeMaxAge,
      failsafeAge: row.xidFailsafeAge,
    }),
    ...judgeAge(row.database, 'multixact id', {
      age: row.multixactAge,
      freezeMaxAge: row.multixactFreezeMaxAge,
      failsafeAge: row.multixactFailsafeAge,
    }),
  ]);
}

interface Age {
  readonly age: number;
  readonly freezeMaxAge: number;
  readonly failsafeAge: number | null;
}

function judgeAge(database: string, kind: string, { age, freezeMaxAge, failsafeAge }: Age): readonly Finding[] {
  const isCritical = age > CRITICAL_AGE || age > (failsafeAge ?? LIMIT);
  const isOverdue = age > WARNING_AGE || age > FREEZE_OVERDUE * freezeMaxAge;
  if (!isCritical && !isOverdue) return [];
  const share = Math.round((age / LIMIT) * 100);
  return [
    {
      code: 'VOPS-DB-WRAPAROUND',
      severity: isCritical ? 'error' : 'warning',
      message: `database ${database}: the oldest ${kind} is ${age} old, ${share} % of the way to a forced stop`,
      hint: 'something keeps autovacuum from freezing: end old transactions and unused replication slots, then VACUUM (FREEZE) the oldest tables',
    },
  ];
}

/** The database from the operator's side: connect and ask. */
import * as z from 'zod';
import type { Query } from '../../pg/index.js';
import { conclude } from '../../status.js';
import type { HealthCheck } from '../check.js';

const ANSWERS: Query<unknown> = { sql: 'select 1', row: z.unknown() };

export const database: HealthCheck = {
  name: 'database',
  assess: ({ context }) =>
    context.pg(async (connection) => {
      await connection.query(ANSWERS);
      return conclude(`PostgreSQL ${versionText(connection.version)} answers`);
    }),
};

/** 150018 is 15.18: since PostgreSQL 10 the last four digits are the minor version. */
const versionText = (version: number): string => `${Math.floor(version / 10_000)}.${version % 10_000}`;

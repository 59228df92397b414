/** The least rights for looking, maintaining and backing up, as SQL for this server. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { only } from '../pg/only.js';
import { type GrantFacts, grantFacts } from '../pg/queries/grant-facts.js';
import { conclude, type Outcome } from '../status.js';
import { statementsFor } from './grants/statements.js';

export const GrantFlags = z.object({
  prefix: z.string().min(1).max(50).default('viktoria_ops'),
  serverVersion: z.coerce.number().int().min(13).max(99).optional(),
});
export type GrantFlags = z.infer<typeof GrantFlags>;

export const Grants = z.object({
  /** Major version that the statements are for. */
  version: z.number(),
  /** Null with --server-version: nothing was looked at. */
  database: z.string().nullable(),
  statements: z.array(
    z.object({
      role: z.string(),
      purpose: z.enum(['inspect', 'maintain', 'backup']),
      sql: z.string(),
      why: z.string(),
    }),
  ),
});
export type Grants = z.infer<typeof Grants>;

/** Writes the statements; runs none of them. Errors: `VOPS-DB-…`, unless the version is given. */
export async function writeGrants({ pg }: Pick<Context, 'pg'>, flags: GrantFlags): Promise<Outcome<Grants>> {
  const facts =
    flags.serverVersion === undefined
      ? await pg(async (database) => only(await database.query(grantFacts)))
      : unseen(flags.serverVersion * 10_000);
  return conclude({
    version: Math.floor(facts.version / 10_000),
    database: flags.serverVersion === undefined ? facts.database : null,
    statements: [...statementsFor(facts, flags.prefix)],
  });
}

/** Names stand for what was not looked at. */
const unseen = (version: number): GrantFacts => ({
  version,
  database: 'viktoria_wertheim',
  owners: ['strapi'],
  superusers: [],
  schemas: ['public'],
  hasRowSecurity: false,
  checkFunctions: [],
});

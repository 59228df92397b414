/** A server without regard to any database of ours on it: the one to restore may be gone, or about to be renamed. */
import * as z from 'zod';
import type { ConnectionChoice, Context } from '../../context.js';
import { OperatorError } from '../../errors.js';

/** Made by initdb for this purpose; some administrators drop the first. */
const MAINTENANCE_DATABASES = ['postgres', 'template1'] as const;

/**
 * Where to connect for what is about whole databases: the first that lets us in, else as configured. Not to the one that
 * is to be replaced: nobody can rename the database he is connected to.
 */
export async function findServer(
  { pg }: Pick<Context, 'pg'>,
  base: ConnectionChoice = {},
  replaced?: string,
): Promise<ConnectionChoice> {
  for (const database of MAINTENANCE_DATABASES.filter((name) => name !== replaced)) {
    const choice = { ...base, database };
    try {
      await pg((connected) => connected.query({ sql: 'select 1', row: z.unknown() }), choice);
      return choice;
    } catch (error) {
      if (!(error instanceof OperatorError) || error.code !== 'VOPS-DB-DENIED') throw error;
    }
  }
  return base;
}

/** The demonstration's role and database, as an operator would set them up. */
import pg from 'pg';

interface Superuser {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** Both names are ours, never input. */
interface Names {
  readonly role: string;
  readonly database: string;
}

/** The role owns the database and may read statistics, and no more. */
export async function createDatabase(server: Superuser, { role, database }: Names): Promise<void> {
  await run({ ...server, database: 'postgres' }, [
    `create role ${role} login`,
    `grant pg_monitor to ${role}`,
    `create database ${database} owner ${role}`,
  ]);
  await run({ ...server, database }, ['create extension if not exists pg_stat_statements']);
}

async function run(
  connection: Superuser & { readonly database: string },
  statements: readonly string[],
): Promise<void> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 3_000, query_timeout: 10_000 });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';

export const testServer = { host: '127.0.0.1', port: Number(process.env.TEST_PGPORT), user: 'postgres' } as const;

/** As PostgreSQL numbers them: 150018. */
export const serverVersion = Number(process.env.TEST_PGVERSION);

/** Runs SQL on the test server as superuser and returns its rows. */
export async function sql(database: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...testServer, database });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

let made = 0;

/** A fresh database for this test file, dropped at its end. Call at the top level of a `describe` or a file. */
export function useDatabase(schema = ''): { readonly name: string } {
  const name = `test_${process.pid}_${++made}`;
  beforeAll(async () => {
    await sql('postgres', `create database ${name}`);
    if (schema) await sql(name, schema);
  });
  afterAll(async () => {
    await sql('postgres', `drop database if exists ${name} with (force)`);
  });
  return { name };
}

/** Until the statistics of ended sessions are to be seen: at once since PostgreSQL 15, through a collector before. */
export async function untilCounted(): Promise<void> {
  if (serverVersion < 150_000) await new Promise((resolve) => setTimeout(resolve, 1_200));
}

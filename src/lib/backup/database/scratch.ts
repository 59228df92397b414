/** Databases made for a while: to prove a backup in. Never the one in use, and gone afterwards, also after a crash. */
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import * as z from 'zod';
import type { ConnectionChoice, Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { quoteLiteral, quoteName } from '../../pg/identifier.js';
import type { MaintenanceSession, Query } from '../../pg/index.js';
import { stampOf } from '../catalogue.js';
import type { BackedUpDatabase } from '../manifest.js';

export type ScratchContext = Pick<Context, 'config' | 'log' | 'maintenance' | 'now' | 'signal'>;

const PREFIX = 'vkt_verify_';
/**
 * This host, in the name itself: a comment would be a second statement, and whoever is killed before it leaves a
 * database that nobody knows.
 */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
/** After this long even another host's is taken for abandoned. */
const ABANDONED_AFTER_HOURS = 24;

/**
 * Makes an empty database like the one of the backup, lends it, and drops it. Whatever crashed runs have left is dropped
 * first. @throws OperatorError VOPS-DB-DENIED where the server lacks the locale, or refuses it otherwise.
 */
export async function withScratchDatabase<T>(
  context: ScratchContext,
  { like, server }: { readonly like: BackedUpDatabase; readonly server: ConnectionChoice },
  use: (scratch: ConnectionChoice & { readonly database: string }) => Promise<T>,
): Promise<T> {
  const name = `${PREFIX}${stampOf(context.now()).toLowerCase()}_${HOST}_${randomBytes(4).toString('hex')}`;
  return context.maintenance(async (session) => {
    await sweepScratch(context, session);
    await session.query(tryLock, lockOf(name));
    await createDatabase(context, session, { name, like }).catch(explainRefusal);
    try {
      return await use({ ...server, database: name });
    } finally {
      await dropDatabase(context, session, name);
    }
  }, server);
}

/** That the server cannot make such a database says nothing about the backup. */
function explainRefusal(error: unknown): never {
  if (!(error instanceof OperatorError) || error.code !== 'VOPS-DB-QUERY') throw error;
  throw new OperatorError('VOPS-DB-DENIED', `no database to restore into could be made: ${error.message}`, {
    hint: 'install the locale of the backup there (locale -a), or set backup.verifyUrl to a server that has it',
    cause: error,
  });
}

/**
 * A new database from template0: with the encoding and the rules of sorting of the one that was backed up, and where the
 * files of the one lie that it is to replace.
 */
export async function createDatabase(
  context: Pick<Context, 'signal'>,
  session: MaintenanceSession,
  { name, like, beside = '' }: { readonly name: string; readonly like: BackedUpDatabase; readonly beside?: string },
): Promise<void> {
  const [found] = await session.query(tablespaceOf, [beside]);
  const place = found ? ` tablespace ${quoteName(found.tablespace)}` : '';
  const rules = rulesOf(like, session.version).map(([option, value]) => `${option} ${quoteLiteral(value)}`);
  await run(context, session, `create database ${quoteName(name)} template template0 ${rules.join(' ')}${place}`);
}

/** Not the one that it would get anyway: naming that, too, takes a right to it. */
const tablespaceOf: Query<{ tablespace: string }> = {
  sql: `
    select spcname as tablespace
    from pg_database d join pg_tablespace t on t.oid = d.dattablespace
    where d.datname = $1 and d.dattablespace <> (select dattablespace from pg_database where datname = 'template0')`,
  row: z.object({ tablespace: z.string() }),
};

/** First version whose databases can have other rules of sorting than those of the operating system. */
const HAS_PROVIDERS = 150_000;

function rulesOf({ encoding, collate, ctype, sorting }: BackedUpDatabase, serverVersion: number) {
  const rules: (readonly [option: string, value: string])[] = [
    ['encoding', encoding],
    ['lc_collate', collate],
    ['lc_ctype', ctype],
  ];
  if (sorting === undefined) return rules;
  const { provider, locale, rules: more } = sorting;
  // Named also where it is the usual one: the cluster restored on may have another.
  if (provider !== 'libc' || serverVersion >= HAS_PROVIDERS) rules.push(['locale_provider', provider]);
  if (locale !== null) rules.push([`${provider}_locale`, locale]);
  if (more !== null) rules.push(['icu_rules', more]);
  return rules;
}

/** The largest database is made in seconds, from template0. */
const LIMITS = { timeoutMs: 120_000, lockTimeoutMs: 30_000 };

const run = ({ signal }: Pick<Context, 'signal'>, session: MaintenanceSession, sql: string) =>
  session.execute({ sql, ...LIMITS, signal });

/** Drops a database that we have made, also after a signal: the session is kept a few seconds for it. Never throws. */
export async function dropDatabase(
  { log }: Pick<Context, 'log'>,
  session: MaintenanceSession,
  name: string,
): Promise<void> {
  const sql = `drop database if exists ${quoteName(name)} with (force)`;
  await run({ signal: AbortSignal.timeout(LIMITS.timeoutMs) }, session, sql).catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error;
    log.warn(`the database ${name} could not be dropped: ${error.message}; ${sql}`);
  });
}

const tryLock: Query<{ locked: boolean }> = {
  sql: 'select pg_try_advisory_lock($1, $2) as locked',
  row: z.object({ locked: z.boolean() }),
};
const unlock: Query<unknown> = { sql: 'select pg_advisory_unlock($1, $2)', row: z.unknown() };

/**
 * Held by whoever works with a scratch database, as long as its session lasts: between two programs nobody is connected
 * to it. `VOPS` as a number, and what is random in the name, never one of the locks of `maintenance-lock.ts`.
 */
const lockOf = (name: string): readonly number[] => [0x564f5053, Number.parseInt(name.slice(-8), 16) | 0x80000000];

const Stray = z.object({ name: z.string() });
const strays: Query<z.infer<typeof Stray>> = {
  sql: `
    select d.datname as name
    from pg_database d
    where d.datname like $1 || '%' and pg_has_role(d.datdba, 'usage')
      and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
  row: Stray,
};

/**
 * Drops scratch databases that nobody is connected to, nor holds: those of this host, and those of others after a day. The
 * name tells host and time.
 */
async function sweepScratch(context: ScratchContext, session: MaintenanceSession): Promise<void> {
  const oldest = stampOf(new Date(context.now().getTime() - ABANDONED_AFTER_HOURS * 3_600_000)).toLowerCase();
  for (const { name } of await session.query(strays, [PREFIX.replaceAll('_', '\\_')])) {
    const [, stamp, host] = /^vkt_verify_(\d{8}t\d{6}z)_([0-9a-f]{8})_[0-9a-f]{8}$/.exec(name) ?? [];
    if (stamp === undefined || !(host === HOST || stamp < oldest)) continue;
    const [held] = await session.query(tryLock, lockOf(name));
    if (held?.locked !== true) continue;
    context.log.warn(`dropping ${name}, which an interrupted verification has left`);
    await dropDatabase(context, session, name);
    await session.query(unlock, lockOf(name));
  }
}

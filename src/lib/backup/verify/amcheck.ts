/** The structure of every table and index, looked at by the server itself: pg_amcheck, where it can be had. */
import type { ConnectionChoice } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { libpqEnvironment, sessionOptions } from '../../pg/libpq.js';
import { only } from '../../pg/only.js';
import { findClientProgram } from '../../pg/programs.js';
import { serverFacts } from '../../pg/queries/server-facts.js';
import { startChain } from '../../process/chain.js';
import type { Finding } from '../../status.js';
import { faultOfServer } from '../database/server-fault.js';
import type { VerifyContext } from './site.js';

/** pg_amcheck came with 14. */
const FIRST_VERSION = 140_000;

/**
 * Checks the restored database with `--heapallindexed`: that every row is found by every btree. Installs the extension
 * in it. Where that is not allowed, nothing is said: the rows were compared.
 */
export async function checkStructure(
  context: VerifyContext,
  scratch: ConnectionChoice & { readonly database: string },
): Promise<readonly Finding[]> {
  const server = await prepare(context, scratch);
  if (server === undefined) return [];
  const program = await findClientProgram(context, 'pg_amcheck', Math.floor(server.version / 10_000)).catch(
    (error: unknown) => {
      if (error instanceof OperatorError && error.code === 'VOPS-TOOL-MISSING') return undefined;
      throw error;
    },
  );
  if (program === undefined) return [];
  context.progress.update('restore', { share: null, text: 'pg_amcheck' });
  const { jobs, timeout } = (await context.config()).backup;
  const PGOPTIONS = sessionOptions(UNLIMITED, server);
  const env = { ...(await libpqEnvironment(context, 'pg_amcheck', scratch)), PGOPTIONS };
  const args = ['--heapallindexed', '-j', String(jobs), '-w', scratch.database];
  const { output, ended } = startChain([{ file: program.path, args, env }], {
    signal: context.signal,
    timeoutMs: timeout,
  });
  let found = ''; // corruption is told on stdout
  for await (const chunk of output ?? []) found = `${found}${chunk}`.slice(0, LONGEST_REPORT);
  try {
    await ended;
    return [];
  } catch (error) {
    if (context.signal.aborted || !(error instanceof OperatorError) || error.code !== 'VOPS-TOOL-FAILED') throw error;
    const words = found.trim() || error.message;
    const fault = faultOfServer(words, error);
    if (fault) throw fault;
    return [
      { code: 'VOPS-BACKUP-DAMAGED', severity: 'error', message: `the restored database is not sound: ${words}` },
    ];
  }
}

/** A role may have limits that are meant for the queries of an application. */
const UNLIMITED = { statement_timeout: '0', lock_timeout: '0' };

const LONGEST_REPORT = 1_000;

/** The server once the extension is there; undefined where it cannot be. */
async function prepare(context: VerifyContext, scratch: ConnectionChoice) {
  return context.maintenance(async (session) => {
    if (session.version < FIRST_VERSION) return undefined;
    const limits = { timeoutMs: 60_000, lockTimeoutMs: 10_000, signal: context.signal };
    try {
      await session.execute({ sql: 'create extension if not exists amcheck schema public', ...limits });
      const { isSuperuser } = only(await session.query(serverFacts));
      return { version: session.version, isSuperuser };
    } catch (error) {
      if (context.signal.aborted || !(error instanceof OperatorError)) throw error;
      context.log.info(`amcheck is not to be had: ${error.message}`);
      return undefined;
    }
  }, scratch);
}

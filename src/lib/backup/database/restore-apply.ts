/** Carries out `db restore`: into a database of its own, counted there, and only then put into the place of another. */
import { randomBytes } from 'node:crypto';
import type { ConnectionChoice } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { SAFETY_NAME } from '../select.js';
import { climb } from '../verify/ladder.js';
import type { VerifyContext, VerifySite } from '../verify/site.js';
import { makeDatabaseBackup } from './apply.js';
import { compareRestored, factsOf, type Load, loadDump } from './load.js';
import { planDatabaseBackup } from './plan.js';
import type { DatabaseRestore } from './restoration.js';
import { RESTORE_TASK } from './restore.js';
import { type DatabaseRestoreFlags, findDump, suffixed } from './restore-plan.js';
import { createDatabase, dropDatabase } from './scratch.js';
import { findServer } from './server.js';
import { swapDatabases } from './swap.js';
import type { TocEntry } from './toc.js';

/**
 * Restores as planned; nothing where the plan has an error. Whatever fails, a database that was there is as it was.
 * @throws OperatorError VOPS-USAGE without the confirmation that replacing one takes; VOPS-BACKUP-DAMAGED before
 * anything is touched; VOPS-TOOL-FAILED, `VOPS-DB-…`.
 */
export async function applyDatabaseRestore(
  context: VerifyContext,
  plan: Outcome<DatabaseRestore>,
  flags: DatabaseRestoreFlags,
): Promise<Outcome<DatabaseRestore>> {
  const { mode, target } = plan.result;
  if (plan.findings.some(({ severity }) => severity === 'error')) return plan;
  if (mode === 'replace' && flags.confirm !== target) throw unconfirmed(target, flags);
  const start = context.elapsed();
  const { store, manifest } = await findDump(context, { ...flags, backup: plan.result.backup.id });
  const site = { context, store, manifest, history: NOT_COMPARED, maxAgeMs: null };
  await proveFirst(site);
  const safetyBackup = mode === 'replace' ? await backUpFirst(context, target, flags) : null;
  const findings = await restoreOnServer(site, plan.result);
  const durationMs = Math.round(context.elapsed() - start);
  return conclude({ ...plan.result, applied: true, safetyBackup, durationMs }, [...plan.findings, ...findings]);
}

/** A database that was emptied by mistake is what a restore is for: its backup may be as small as it likes. */
const NOT_COMPARED: VerifySite['history'] = [];

function unconfirmed(target: string, { confirm }: DatabaseRestoreFlags): OperatorError {
  const message =
    confirm === undefined ? `the database ${target} is there and not empty` : `--confirm ${confirm} is not ${target}`;
  return new OperatorError('VOPS-USAGE', message, {
    hint: `to replace it, after a backup of it: --confirm ${target}; without --into a new one is made beside it`,
  });
}

/** Nothing is restored of a backup that is not what it was. */
async function proveFirst(site: VerifySite): Promise<void> {
  const { reached, findings } = await climb(site, 1);
  const [problem] = findings.filter(({ severity }) => severity === 'error' || severity === 'unknown');
  if (reached === 1 || problem === undefined) return;
  throw new OperatorError('VOPS-BACKUP-DAMAGED', problem.message, {
    hint: problem.hint ?? 'use another one: viktoria-ops backup list',
  });
}

/** What is to be replaced is kept twice: as a backup that was read whole, and as the database itself, aside. */
async function backUpFirst(
  context: VerifyContext,
  database: string,
  { lockWait }: DatabaseRestoreFlags,
): Promise<string> {
  const source = { database };
  const flags = { name: SAFETY_NAME, level: 2 } as const;
  const plan = await planDatabaseBackup(context, flags, source);
  const problem = plan.findings.find(({ severity }) => severity === 'error');
  if (problem)
    throw new OperatorError('VOPS-DB-QUERY', `no backup of ${database} can be made first: ${problem.message}`, problem);
  const { manifest } = await makeDatabaseBackup(context, plan.result, { lockWaitMs: lockWait ?? 0, source });
  const made = await findDump(context, { backup: manifest.id, remote: false });
  const { reached } = await climb({ ...made, context, history: NOT_COMPARED, maxAgeMs: null }, 2);
  if (reached === 2) return manifest.id;
  throw new OperatorError('VOPS-BACKUP-DAMAGED', `the backup of ${database} made first could not be read`, {
    hint: 'nothing was changed; see viktoria-ops backup verify',
  });
}

async function restoreOnServer(site: VerifySite, plan: DatabaseRestore): Promise<readonly Finding[]> {
  const { context, manifest } = site;
  const { target, mode } = plan;
  const server = await findServer(context, {}, target);
  if (mode === 'empty') return fillDatabase(site, plan, { database: target });
  return context.maintenance(async (session) => {
    const name = mode === 'new' ? target : suffixed(target, `_new_${randomBytes(4).toString('hex')}`);
    await createDatabase(context, session, { name, like: factsOf(manifest), beside: target });
    try {
      const findings = await fillDatabase(site, plan, { database: name });
      if (plan.aside !== null) {
        await swapDatabases(context, session, { server, target, aside: plan.aside, replacement: name });
      }
      return findings;
    } catch (error) {
      await dropDatabase(context, session, name);
      throw error;
    }
  }, server);
}

/** Restores, brings the statistics up to date, and compares. What differs is an error: the database is not used then. */
async function fillDatabase(
  site: VerifySite,
  plan: DatabaseRestore,
  target: ConnectionChoice,
): Promise<readonly Finding[]> {
  const { context } = site;
  context.progress.start(RESTORE_TASK);
  try {
    const table = factsOf(site.manifest).tables.find(({ schema, name }) => `${schema}.${name}` === plan.table) ?? null;
    const optionsFor: Load['optionsFor'] = (entries, roles) => ownership(plan, entries, roles);
    const leftOut = await loadDump(site, { target, table, optionsFor });
    context.progress.update(RESTORE_TASK, { share: null, text: 'statistics' });
    await analyze(context, target);
    context.progress.update(RESTORE_TASK, { share: null, text: 'counting' });
    const [difference] = await compareRestored(site, { target, table }, leftOut);
    if (difference) throw new OperatorError('VOPS-BACKUP-DAMAGED', difference.message, difference);
    return [...leftOut].map(lacking);
  } finally {
    context.progress.finish(RESTORE_TASK, 'done');
  }
}

/** Owners that the server lacks would end the restore at the first of them. */
function ownership(
  { keepsOwners, keepsPrivileges }: DatabaseRestore,
  entries: readonly TocEntry[],
  roles: ReadonlySet<string>,
): readonly string[] {
  const canOwn = keepsOwners && entries.every(({ owner }) => owner === '' || roles.has(owner));
  return [...(canOwn ? [] : ['--no-owner']), ...(canOwn && keepsPrivileges ? [] : ['--no-privileges'])];
}

/** A dump has no statistics, and without them the first queries take plans that nobody wants. */
async function analyze(context: VerifyContext, target: ConnectionChoice): Promise<void> {
  const { timeout, lockTimeout } = (await context.config()).backup;
  const limits = { timeoutMs: timeout, lockTimeoutMs: lockTimeout, signal: context.signal };
  await context.maintenance((session) => session.execute({ sql: 'analyze', ...limits }), target);
}

const lacking = (extension: string): Finding => ({
  code: 'VOPS-RESTORE-EXTENSION',
  severity: 'warning',
  message: `the extension ${extension} could not be created, and is missing in the restored database`,
  hint: `install it on the server, then as a superuser: CREATE EXTENSION ${extension}`,
});

/** What `deps fix` would change: npm mends a copy of the lock file, and the two are compared. Reads only. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { OperatorError, systemCode } from '../../errors.js';
import { fileError } from '../../files/index.js';
import { countOf } from '../../measures.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { AuditReport, advisoriesOf } from '../advisory.js';
import { isCounted } from '../judge.js';
import { findLock, type LockFile } from '../manager.js';
import { askNpm } from '../npm.js';
import { cleanRepository } from './git.js';
import { Lock, lockChanges } from './lock-changes.js';
import type { DependencyFix } from './result.js';
import { type FixContext, workDirectory } from './site.js';

/** Name of the planned lock file in the run's directory. */
export const PLANNED = 'planned';

/**
 * Only what package.json allows is changed, and never package.json itself.
 * Errors: `VOPS-DEPS-UNCLEAN`, `VOPS-FILE`, `VOPS-FILE-UNSAFE`, `VOPS-TOOL-MISSING`.
 */
export async function planFix(context: FixContext): Promise<Outcome<DependencyFix>> {
  const { app, deps } = await context.config();
  const nothing = emptyFix(app.root, deps.testCommand);
  const found = await findLock(app.root);
  if ('missing' in found) return conclude(nothing, [found.missing]);
  const { lock } = found;
  await refuseForeign(app.root);
  const repository = await cleanRepository(context.exec, app.root, lock);
  const manifest = await readAs(join(app.root, 'package.json'), Manifest);
  const locked = await readAs(join(app.root, lock), Lock);
  if (manifest.workspaces !== undefined) return conclude(nothing, [WORKSPACES]);
  const mended = await mendCopy(context, app.root, lock);
  if ('missing' in mended) return conclude(nothing, [mended.missing]);
  const today = context.now().toISOString().slice(0, 10);
  const [before, remaining] = [mended.before, mended.after].map((report) => advisoriesOf(report, deps.allow, today));
  const changes = lockChanges(locked, mended.lock);
  const left = new Set(remaining?.map(({ id }) => id));
  const result: DependencyFix = {
    ...nothing,
    mode: repository ? 'branch' : 'lock-file',
    changes,
    fixed: [...new Set(before?.map(({ id }) => id).filter((id) => !left.has(id)))],
    remaining: remaining ?? [],
    lockSha256: changes.length === 0 ? null : sha256(await read(mended.path)),
  };
  const open = result.remaining.filter((advisory) => isCounted(advisory, deps.auditLevel));
  const isUntested = deps.testCommand.join(' ') === 'npm test' && manifest.scripts?.test === undefined;
  return conclude(result, [
    ...(open.length > 0 ? [stillOpen(open.length)] : []),
    ...(changes.length > 0 && isUntested ? [UNTESTED] : []),
  ]);
}

/** The tests are whatever the owner of the directory says: not a program for root to run. */
async function refuseForeign(root: string): Promise<void> {
  const { uid } = await stat(root);
  if (process.getuid?.() !== 0 || uid === 0) return;
  throw new OperatorError('VOPS-FILE-UNSAFE', `${root} belongs to uid ${uid}: root does not run what is in it`, {
    hint: 'run it as the owner of the files (sudo -u)',
  });
}

const Manifest = z.object({ scripts: z.record(z.string(), z.string()).optional(), workspaces: z.unknown().optional() });

const emptyFix = (root: string, testCommand: readonly string[]): DependencyFix => ({
  root,
  mode: 'branch',
  applied: false,
  changes: null,
  fixed: [],
  remaining: [],
  testCommand: [...testCommand],
  tests: 'not_run',
  lockSha256: null,
  branch: null,
  backup: null,
});

/** `npm audit fix` on a copy of the files that it reads. */
async function mendCopy(context: FixContext, root: string, lock: LockFile) {
  const directory = join(await workDirectory(context), PLANNED);
  await copyManifests(root, directory, lock);
  const { timeout, installTimeout } = (await context.config()).deps;
  const before = await askNpm(context, { directory, args: ['audit'], timeoutMs: timeout }, AuditReport);
  if ('missing' in before) return before;
  const args = ['audit', 'fix', '--package-lock-only'];
  const after = await askNpm(context, { directory, args, timeoutMs: installTimeout }, Mended);
  if ('missing' in after) return after;
  const path = join(directory, lock);
  return { before: before.answer, after: after.answer.audit, path, lock: await readAs(path, Lock) };
}

async function copyManifests(root: string, directory: string, lock: LockFile): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
    for (const name of ['package.json', lock]) await copyFile(join(root, name), join(directory, name));
    await copyFile(join(root, '.npmrc'), join(directory, '.npmrc')).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
  } catch (error) {
    throw fileError('copy the files of npm from', root, error);
  }
}

const Mended = z.object({ audit: AuditReport });

export async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/** Errors: `VOPS-FILE`, also for what is not as npm 7 and newer write it. */
async function readAs<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await read(path);
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const hint = 'npm of version 7 or newer writes it anew: npm install --package-lock-only';
    throw new OperatorError('VOPS-FILE', `${path} is not what npm 7 or newer writes`, { hint, cause: error });
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const WORKSPACES: Finding = {
  code: 'VOPS-DEPS-UNSUPPORTED',
  severity: 'unknown',
  message: 'package.json has workspaces: a fix of those is not planned here',
  hint: 'on a branch of your own: npm audit fix, then the tests',
};

const UNTESTED: Finding = {
  code: 'VOPS-DEPS-NO-TESTS',
  severity: 'error',
  message:
    'package.json has no script "test": nothing would tell whether the backend still works, so nothing is changed',
  hint: 'name what does in deps.testCommand, if only ["npm", "run", "build"]',
};

const stillOpen = (count: number): Finding => ({
  code: 'VOPS-DEPS-STILL-VULNERABLE',
  severity: 'warning',
  message: `no compatible version mends ${countOf(count, 'known flaw')}`,
  hint: 'see what it takes: viktoria-ops deps audit',
});

/** Carries a planned fix out in a copy: installed, tested, and only then kept. */
import { join } from 'node:path';
import { appendAudit, personActing } from '../../audit/index.js';
import { explain, OperatorError } from '../../errors.js';
import { writeFileAtomic } from '../../files/index.js';
import { countOf } from '../../measures.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { findLock } from '../manager.js';
import { npmEnvironment } from '../npm.js';
import { cleanRepository } from './git.js';
import { PLANNED, read, sha256 } from './plan.js';
import type { DependencyFix } from './result.js';
import { branchScratch, copyScratch } from './scratch.js';
import { type FixContext, workDirectory } from './site.js';

/**
 * A failed installation or test is a finding, and nothing is kept; nor is anything after an abort.
 * Errors: `VOPS-DEPS-UNCLEAN`, `VOPS-FILE`, `VOPS-DISK-FULL`, `VOPS-TOOL-…`; the signal's reason when aborted.
 */
export async function applyFix(context: FixContext, plan: Outcome<DependencyFix>): Promise<Outcome<DependencyFix>> {
  const { lockSha256, root } = plan.result;
  const found = await findLock(root);
  if (lockSha256 === null || plan.status === 'failed' || 'missing' in found) return plan;
  const { lock } = found;
  const work = await workDirectory(context);
  const planned = await read(join(work, PLANNED, lock));
  if (sha256(planned) !== lockSha256) throw new TypeError('the planned lock file is another one');
  const repository = await cleanRepository(context.exec, root, lock);
  const options = { root, lock, work };
  const scratch = repository ? await branchScratch(context, repository, options) : await copyScratch(context, options);
  try {
    await writeFileAtomic(join(scratch.directory, lock), planned, { mode: 0o644 });
    const { tests, problem } = await prove(context, scratch.directory);
    const tested = { ...plan.result, tests };
    if (problem) {
      await record(context, root, `nothing was kept: ${problem.code}`);
      return conclude(tested, [problem, ...plan.findings]);
    }
    const where = await scratch.keep(messageOf(plan.result));
    await record(context, root, `kept: ${where.branch ?? lock}`);
    return conclude({ ...tested, ...where, applied: true }, [...plan.findings, next(root, where)]);
  } catch (error) {
    await record(context, root, `nothing was kept: ${explain(error).code}`);
    throw error;
  } finally {
    await scratch.close();
  }
}

interface Proof {
  readonly tests: DependencyFix['tests'];
  /** What went wrong. */
  readonly problem?: Finding;
}

/** Installs what the lock file names, and runs the backend's tests. */
async function prove(context: FixContext, directory: string): Promise<Proof> {
  const { deps } = await context.config();
  const scripts = deps.installScripts ? [] : ['--ignore-scripts'];
  const install = ['npm', 'ci', ...scripts, '--no-audit', '--no-fund', '--no-progress'];
  const installed = await attempt(context, install, { directory, timeoutMs: deps.installTimeout });
  if (installed !== undefined) return { tests: 'not_run', problem: notInstalled(installed) };
  const tested = await attempt(context, deps.testCommand, { directory, timeoutMs: deps.testTimeout });
  return tested === undefined ? { tests: 'passed' } : { tests: 'failed', problem: testsFailed(tested) };
}

const ANY_EXIT = Array.from({ length: 256 }, (_, code) => code);
const LINES_TOLD = 8;

/** Undefined when it ended well, else how it ended and the last that it said. */
async function attempt(
  { env, exec, signal }: FixContext,
  [file, ...args]: readonly string[],
  { directory, timeoutMs }: { readonly directory: string; readonly timeoutMs: number },
): Promise<string | undefined> {
  const options = { cwd: directory, env: npmEnvironment(env), timeoutMs, okExitCodes: ANY_EXIT };
  try {
    const { stdout, stderr, exitCode } = await exec(String(file), args, options);
    const said = `${stdout}\n${stderr}`.trim().split(/\r?\n/).slice(-LINES_TOLD).join('\n');
    return exitCode === 0 ? undefined : `exit ${exitCode}: ${said}`;
  } catch (error) {
    if (signal.aborted || !(error instanceof OperatorError) || error.code !== 'VOPS-TOOL-FAILED') throw error;
    return error.message;
  }
}

const notInstalled = (reason: string): Finding => ({
  code: 'VOPS-DEPS-INSTALL',
  severity: 'error',
  message: `the mended packages could not be installed, so nothing was kept: ${reason}`,
  hint: 'look at the registry; where packages need their installation scripts, set deps.installScripts',
});

const testsFailed = (reason: string): Finding => ({
  code: 'VOPS-DEPS-TESTS',
  severity: 'error',
  message: `the tests fail with the mended packages, so nothing was kept: ${reason}`,
  hint: 'see that they pass without the fix, in a fresh clone: what git does not hold is not there (deps.testCommand)',
});

const next = (root: string, { branch }: Pick<DependencyFix, 'branch'>): Finding => ({
  code: 'VOPS-DEPS-FIX-KEPT',
  severity: 'info',
  message: branch === null ? `${root} has the mended lock file` : `the fix waits on the branch ${branch}`,
  hint: branch === null ? `install it: cd ${root} && npm ci` : `git -C ${root} merge ${branch}, then npm ci`,
});

function messageOf({ changes, fixed }: DependencyFix): string {
  const lines = changes?.map(({ path, from, to }) => `- ${path}: ${from ?? 'not there'} to ${to ?? 'gone'}`);
  return [
    `Mend ${countOf(fixed.length, 'known flaw')} of dependencies`,
    '',
    fixed.join(', '),
    '',
    ...(lines ?? []),
  ].join('\n');
}

async function record(context: FixContext, root: string, outcome: string): Promise<void> {
  await appendAudit(context, { actor: personActing(context), action: 'deps.fix', subject: root, outcome });
}

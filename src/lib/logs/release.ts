/** Gets the writers to let go of what was rotated, and finds out which files they still hold. */
import { lstat } from 'node:fs/promises';
import { OperatorError } from '../errors.js';
import type { HeldDirectory } from '../files/index.js';
import type { Finding } from '../status.js';
import { deferralOf } from './deferral.js';
import type { Job } from './job.js';
import { parseRotatedName, patternToRegExp } from './names.js';
import { tellWriter } from './reopen.js';
import { awaitWriters, findWriters, type TrackedFile, type Writers } from './writers.js';

export interface Release {
  /** Why a file has to wait, by its name. */
  readonly deferrals: ReadonlyMap<string, Finding>;
  readonly findings: readonly Finding[];
}

/**
 * Tells the writer to open its logs anew and waits a while for it. A writer that still holds a file of an earlier run is
 * told again: that run may have ended before it could.
 * @param fresh names of what this run renamed; `old` of what earlier runs left uncompressed.
 */
export async function releaseLogs(
  job: Job,
  { fresh, old }: { readonly fresh: readonly string[]; readonly old: readonly string[] },
): Promise<Release> {
  const tracked = await trackFiles(job.directory, [...fresh, ...old]);
  const before = await findWriters(tracked);
  const hasRenamed = fresh.length > 0 && job.logs.method === 'rename';
  const findings = hasRenamed || before.pids.size > 0 ? await tell(job, before) : [];
  const { context, logs } = job;
  const patience = { waitMs: logs.reopenWithin, elapsed: context.elapsed, signal: context.signal };
  const writers = await awaitWriters(tracked, patience);
  const waiting = tracked.filter(({ name }) => hasRenamed || !fresh.includes(name)); // a copy is ours alone
  return { deferrals: deferralsOf(job, { waiting, fresh, writers }), findings };
}

interface Waiting {
  readonly waiting: readonly DatedFile[];
  readonly fresh: readonly string[];
  readonly writers: Writers;
}

function deferralsOf({ logs }: Job, { waiting, fresh, writers }: Waiting): Map<string, Finding> {
  const pattern = patternToRegExp(logs.pattern);
  const policy = { reopenWithinMs: logs.reopenWithin, isTold: logs.reopen !== undefined };
  const deferrals = waiting.flatMap(({ name, modifiedAt }) => {
    const { rotatedAt } = parseRotatedName(name, pattern) ?? {};
    const finding = deferralOf({ name, isFresh: fresh.includes(name), rotatedAt, modifiedAt }, writers, policy);
    return finding ? [[name, finding] as const] : [];
  });
  return new Map(deferrals);
}

type DatedFile = TrackedFile & { readonly modifiedAt: Date };

async function trackFiles(directory: HeldDirectory, names: readonly string[]): Promise<DatedFile[]> {
  const files = await Promise.all(
    names.map(async (name) => {
      const found = await lstat(directory.at(name)).catch(() => undefined); // gone: its own step will say so
      return found && { name, dev: found.dev, ino: found.ino, uid: found.uid, modifiedAt: found.mtime };
    }),
  );
  return files.filter((file) => file !== undefined);
}

async function tell(job: Job, writers: Writers): Promise<Finding[]> {
  const { reopen } = job.logs;
  if (reopen === undefined) return [];
  try {
    await tellWriter(job.context, reopen, writers);
    return [];
  } catch (error) {
    if (!(error instanceof OperatorError) || job.context.signal.aborted) throw error;
    const finding = {
      code: 'VOPS-LOGS-REOPEN-FAILED',
      severity: 'warning',
      message: `the writer could not be told to open its log anew: ${error.message}`,
    } as const;
    return [error.hint === undefined ? finding : { ...finding, hint: error.hint }];
  }
}

/** `backup files`, planned: what would be in the archive, and whether there is room for it. */
import { realpath } from 'node:fs/promises';
import type { Context } from '../../context.js';
import { fileError } from '../../files/index.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { contentBytesOf } from './contents.js';
import { type FilesBackup, type FilesBackupFlags, incompleteFindings, leftOutFindings } from './report.js';
import { refuseIfTooLarge } from './room.js';
import { selectionOf } from './select.js';
import { surveyTree } from './survey.js';

/**
 * Finds what the archive would hold. Reads no content, writes nothing.
 * Errors: `VOPS-FILE` for a root that is not there; `VOPS-DISK-FULL` when there clearly is no room.
 */
export async function planFilesBackup(
  { config }: Pick<Context, 'config'>,
  { name }: FilesBackupFlags,
): Promise<Outcome<FilesBackup>> {
  const { app, backup } = await config();
  const root = await realpath(app.root).catch((error: unknown) => {
    throw fileError('read the directory', app.root, error);
  });
  const { directory: catalogue, files, compression } = backup;
  const survey = await surveyTree(root, await selectionOf(files), catalogue);
  const reasons = survey.leftOut.map(({ path, reason, kind }) => ({ path, reason, isLoss: kind === 'loss' }));
  const reasonsThat = (isLoss: boolean) =>
    reasons.filter((item) => item.isLoss === isLoss).map(({ path, reason }) => ({ path, reason }));
  const plan: FilesBackup = {
    ...(name === undefined ? {} : { name }),
    catalogue,
    root,
    path: null,
    sources: files.include.map((pattern) => {
      const taken = survey.taken.get(pattern) ?? [];
      return { pattern, entries: taken.length, contentBytes: contentBytesOf(taken) };
    }),
    entries: survey.entries.length,
    contentBytes: contentBytesOf(survey.entries),
    files: [...survey.entries],
    leftOut: reasonsThat(false),
    incomplete: reasonsThat(true),
    storedBytes: null,
    copy: null,
  };
  const found = [...incompleteFindings(plan.incomplete), ...leftOutFindings(survey.leftOut)];
  if (plan.entries === 0) return conclude(plan, [...found, nothing(root)]);
  await refuseIfTooLarge(plan, compression);
  return conclude(plan, [...found, ...missingSources(plan)]);
}

function missingSources({ root, sources, leftOut, incomplete }: FilesBackup): readonly Finding[] {
  const isExplained = (pattern: string) => [...leftOut, ...incomplete].some(({ path }) => path === pattern);
  return sources
    .filter(({ pattern, entries }) => entries === 0 && !isExplained(pattern))
    .map(({ pattern }) => ({
      code: 'VOPS-BACKUP-SOURCE-MISSING',
      severity: 'warning',
      message: `nothing in ${root} is ${pattern}`,
      hint: "set app.root to the backend's directory, or correct backup.files.include",
    }));
}

const nothing = (root: string): Finding => ({
  code: 'VOPS-BACKUP-EMPTY',
  severity: 'error',
  message: `there is nothing to back up in ${root}`,
  hint: "set app.root to the backend's directory, or correct backup.files.include",
});

/** The shape of a file archive, planned or made. */
import * as z from 'zod';
import type { Finding } from '../../status.js';
import { BackupName } from '../manifest.js';
import { Entry } from './contents.js';
import type { LeftOut } from './survey.js';

export const FilesBackupFlags = z.object({ name: BackupName.optional() });
export type FilesBackupFlags = z.output<typeof FilesBackupFlags>;

const Reason = z.object({ path: z.string(), reason: z.string() });
export type Reason = z.output<typeof Reason>;

export const FilesBackup = z.object({
  name: z.string().optional(),
  /** The catalogue it goes into. */
  catalogue: z.string(),
  /** The backend's directory, past all links. */
  root: z.string(),
  /** Directory of the backup; null as long as it is only planned. */
  path: z.string().nullable(),
  /** What each pattern takes. */
  sources: z.array(z.object({ pattern: z.string(), entries: z.number().int(), contentBytes: z.number() })),
  entries: z.number().int(),
  contentBytes: z.number(),
  /** As long as it is planned: everything that would be in it. Afterwards the backup itself has the list. */
  files: z.array(Entry),
  leftOut: z.array(Reason),
  /** What the archive should have and has not, or only in part. */
  incomplete: z.array(Reason),
  /** Of the backup, packed; null as long as it is only planned. */
  storedBytes: z.number().nullable(),
  /** Where it is as well, such as `s3://bucket/prefix`. */
  copy: z.string().nullable(),
});
export type FilesBackup = z.output<typeof FilesBackup>;

/** A finding each is for people; all of them are in the result. */
const MOST_FINDINGS = 20;

/** One finding for each file that should be in the archive and is not, or only in part. */
export function incompleteFindings(incomplete: readonly Reason[]): readonly Finding[] {
  const findings = incomplete.slice(0, MOST_FINDINGS).map(
    ({ path, reason }): Finding => ({
      code: 'VOPS-BACKUP-INCOMPLETE',
      severity: 'error',
      message: `${path}: ${reason}`,
      hint: 'make the backup again when the file is at rest, or run as a user who may read it; backup.files.exclude leaves it out',
    }),
  );
  const more = incomplete.length - findings.length;
  if (more === 0) return findings;
  return [
    ...findings,
    { code: 'VOPS-BACKUP-INCOMPLETE', severity: 'error', message: `and ${more} more; --json lists them all` },
  ];
}

/** What the patterns name and an archive cannot hold. What `exclude` names is left out as it should be. */
export function leftOutFindings(leftOut: readonly LeftOut[]): readonly Finding[] {
  return leftOut.flatMap(({ path, reason, kind }): Finding[] => {
    const message = `${path} is not in the backup: ${reason}`;
    if (kind === 'special') return [{ code: 'VOPS-BACKUP-LEFT-OUT', severity: 'info', message }];
    if (kind !== 'link') return [];
    const hint =
      'links are never followed: back up what it leads to by itself, or name the link in backup.files.exclude';
    return [{ code: 'VOPS-BACKUP-LEFT-OUT', severity: 'warning', message, hint }];
  });
}

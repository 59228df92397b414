import * as z from 'zod';
import { only } from '../../pg/only.js';
import { archiverState } from '../../pg/queries/archiver-state.js';
import type { Finding } from '../../status.js';
import { defineSection } from './section.js';

const Archiver = z.object({
  mode: z.enum(['off', 'on', 'always']),
  archived: z.number(),
  failed: z.number(),
  lastArchived: z.iso.datetime().nullable(),
  lastFailed: z.iso.datetime().nullable(),
  lastFailedFile: z.string().nullable(),
});
type Archiver = z.infer<typeof Archiver>;

/** Whether the write-ahead log reaches its archive; what does not stays on the server's disk. */
export const archiver = defineSection({
  data: Archiver,
  read: async (database) => only(await database.query(archiverState)),
  judge: judgeArchiver,
});

export function judgeArchiver({ mode, lastArchived, lastFailed, lastFailedFile }: Archiver): readonly Finding[] {
  const isFailing = mode !== 'off' && lastFailed !== null && (lastArchived === null || lastFailed > lastArchived);
  if (!isFailing) return [];
  return [
    {
      code: 'VOPS-DB-ARCHIVER',
      severity: 'error',
      message: `the archiver fails: ${lastFailedFile ?? 'a file'} could not be archived at ${lastFailed}; the last success was ${lastArchived ?? 'never'}`,
      hint: 'the log fills the disk of the server meanwhile: look at archive_command and the server log',
    },
  ];
}

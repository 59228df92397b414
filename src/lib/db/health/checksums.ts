import * as z from 'zod';
import { only } from '../../pg/only.js';
import { checksumFailures } from '../../pg/queries/checksum-failures.js';
import type { Finding } from '../../status.js';
import { defineSection } from './section.js';

const Checksums = z.object({
  isEnabled: z.boolean(),
  failures: z.array(z.object({ database: z.string(), failures: z.number(), last: z.string().nullable() })),
});
type Checksums = z.infer<typeof Checksums>;

/** Pages that were not read as they had been written. */
export const checksums = defineSection({
  data: Checksums,
  read: async (database) => only(await database.query(checksumFailures)),
  judge: judgeChecksums,
});

export function judgeChecksums({ failures }: Checksums): readonly Finding[] {
  return failures.map(({ database, failures: count, last }) => ({
    code: 'VOPS-DB-CHECKSUM',
    severity: 'error',
    message: `${database}: ${count} pages failed their checksum, the last at ${last ?? 'an unknown time'}`,
    hint: 'the disk or its controller is damaged: look at the server log for the files, and have a verified backup at hand',
  }));
}

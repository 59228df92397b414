/** The newest records, without reading the whole log. */
import type { AuditRecord } from './entry.js';
import { auditFile, readTail } from './log.js';

/** The records since that time, oldest first; lines that are none are passed over. Errors: `VOPS-FILE`. */
export async function readAudit(stateDirectory: string, since: Date): Promise<AuditRecord[]> {
  const isOlder = ({ at }: AuditRecord) => Date.parse(at) < +since;
  const { records } = await readTail(auditFile(stateDirectory), ([oldest]) => oldest !== undefined && isOlder(oldest));
  return records.filter((record) => !isOlder(record));
}

/** The newest records, without reading the whole log. */
import { type AuditRecord, CHAIN_ORIGIN } from './entry.js';
import { auditFile, readHead, readTail } from './log.js';

export interface RecentAudit {
  /** Oldest first; lines that are no records are passed over. */
  readonly records: readonly AuditRecord[];
  /** None of them is missing, or was changed: they can be counted. */
  readonly isWhole: boolean;
}

/** The records since that time. Errors: `VOPS-FILE`. */
export async function readAudit(stateDirectory: string, since: Date): Promise<RecentAudit> {
  const head = await readHead(stateDirectory);
  const isOlder = ({ at }: AuditRecord) => Date.parse(at) < +since;
  const tail = await readTail(auditFile(stateDirectory), ([oldest]) => oldest !== undefined && isOlder(oldest));
  const { records } = tail;
  const last = records.at(-1) ?? CHAIN_ORIGIN;
  const isEmpty = head === undefined && records.length === 0 && tail.rest.length === 0;
  const reachesHead = head !== undefined && head.sequence <= last.sequence;
  const isWhole = isEmpty || (reachesHead && records.every((record, index) => follows(record, records[index - 1])));
  return { records: records.filter((record) => !isOlder(record)), isWhole };
}

const follows = ({ sequence, previous }: AuditRecord, before: AuditRecord | undefined): boolean =>
  before === undefined || (sequence === before.sequence + 1 && previous === before.hash);

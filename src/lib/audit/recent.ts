/** The newest records, without reading the whole log. */
import { type AuditRecord, CHAIN_ORIGIN, type ChainEnd } from './entry.js';
import { auditFile, readHead, readTail, type Tail } from './log.js';

export interface RecentAudit {
  /** Oldest first; lines that are no records are passed over. */
  readonly records: readonly AuditRecord[];
  /** None of them is missing, or was changed: they can be counted. What became of older ones does not matter. */
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
  const isLinked = records.every(
    (record, index) => isOlder(record) || follows(record, records[index - 1] ?? beginning(tail)),
  );
  const isWhole = isEmpty || (reachesHead && isLinked);
  return { records: records.filter((record) => !isOlder(record)), isWhole };
}

/** What stands before the first record read; undefined where that was not read. */
const beginning = ({ isAll }: Tail): ChainEnd | undefined => (isAll ? CHAIN_ORIGIN : undefined);

const follows = ({ sequence, previous }: AuditRecord, before: ChainEnd | undefined): boolean =>
  before === undefined || (sequence === before.sequence + 1 && previous === before.hash);

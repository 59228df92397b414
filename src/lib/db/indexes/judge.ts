/** What an operator should know about the indexes. */
import type { DatabaseThresholds } from '../../config/database-thresholds.js';
import { countOf, formatBytes, formatPercent } from '../../measures.js';
import type { Observation } from '../../pg/queries/observation.js';
import type { Finding } from '../../status.js';
import type { IndexReport, InvalidIndex, MissingIndex } from './report.js';

interface Circumstances {
  readonly observed: Observation;
  readonly thresholds: DatabaseThresholds;
}

/** Pure: the report as findings, the urgent first. */
export function judgeIndexes(report: IndexReport, { observed, thresholds }: Circumstances): readonly Finding[] {
  return [
    ...report.invalid.flatMap(judgeInvalid),
    ...report.missing.map((missing) => judgeMissing(missing, thresholds.missingIndexRows)),
    ...judgeBloated(report.bloated),
    ...report.redundant.map(
      ({ index, kind, by, drop, sizeBytes }): Finding => ({
        code: 'VOPS-DB-INDEX-REDUNDANT',
        severity: kind === 'duplicate' ? 'warning' : 'info',
        message: `${index} (${formatBytes(sizeBytes)}) is ${kind === 'duplicate' ? 'the same as' : 'covered by'} ${by}`,
        hint: `keep its definition, then: ${drop}`,
      }),
    ),
    ...judgeUnused(report, observed),
  ];
}

export function judgeInvalid({ index, kind, copyOf, slowsWrites, cure }: InvalidIndex): Finding[] {
  if (kind === 'building') return [];
  const cost = slowsWrites ? 'no query uses it, every write pays for it' : 'no query uses it';
  const what = kind === 'leftover' ? `is left of an interrupted rebuild of ${copyOf}` : 'is invalid, its build failed';
  return [
    {
      code: 'VOPS-DB-INDEX-INVALID',
      severity: 'warning',
      message: `${index} ${what}: ${cost}`,
      ...(cure !== null && { hint: hintOf(index, kind, cure) }),
    },
  ];
}

/** Into the schema of TOAST only superusers may go. */
function hintOf(index: string, kind: InvalidIndex['kind'], cure: string): string {
  if (kind === 'leftover') return `viktoria-ops db reindex drops it, or: ${cure}`;
  return index.startsWith('pg_toast.') ? `as a superuser: ${cure}` : cure;
}

function judgeMissing(missing: MissingIndex, rowsOfWarning: number): Finding {
  const { table, columns, references, rows, referencedChanges, create } = missing;
  const cost =
    references === null ? 'joins' : `joins, and deletes and updates of ${references} (${referencedChanges} so far),`;
  return {
    code: 'VOPS-DB-INDEX-MISSING',
    severity: rows >= rowsOfWarning ? 'warning' : 'info',
    message: `${table} (${columns.join(', ')}) has no index: ${cost} read all of its ${countOf(Math.round(rows), 'row')}`,
    hint: create,
  };
}

function judgeUnused({ unused }: IndexReport, observed: Observation): readonly Finding[] {
  const elsewhere = othersThatScan(observed);
  return unused.map(({ index, since, sizeBytes, tableWrites, drop }) => ({
    code: 'VOPS-DB-INDEX-UNUSED',
    severity: 'info',
    message: `${index} (${formatBytes(sizeBytes)}) has not been read since ${since.slice(0, 10)}, and ${tableWrites} writes of rows kept it up`,
    hint: elsewhere
      ? `the ${elsewhere} may use it, whose scans are not counted here: look there first`
      : `if no yearly report needs it, keep its definition, then: ${drop}`,
  }));
}

/** Each server counts its own scans; undefined when this is the only one. */
function othersThatScan({ isStandby, replicas }: Observation): string | undefined {
  if (isStandby) return 'primary';
  return replicas > 0 ? countOf(replicas, 'standby') : undefined;
}

/** One finding for all of them: one command mends them. */
function judgeBloated(bloated: IndexReport['bloated']): readonly Finding[] {
  const [worst] = bloated;
  if (worst === undefined) return [];
  const air = formatBytes(bloated.reduce((sum, { bloat }) => sum + bloat.bytes, 0));
  const share = formatPercent(Math.round(worst.bloat.share * 100) / 100);
  const many = bloated.length > 1 ? `${bloated.length} indexes are bloated, ${air} of them is air; the worst is ` : '';
  return [
    {
      code: 'VOPS-DB-INDEX-BLOATED',
      severity: 'warning',
      message: `${many}${worst.index}${many ? ',' : ' is bloated:'} ${share} of ${formatBytes(worst.sizeBytes)} is air`,
      hint: 'viktoria-ops db reindex rebuilds what is worth it, online; --dry-run shows the statements',
    },
  ];
}

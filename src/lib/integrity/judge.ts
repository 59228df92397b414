/** From what the database counted, and what is remembered, to a report and a new memory. Pure. */
import type { IntegrityCheck } from '../config/integrity.js';
import type { Asked, Counts } from './database.js';
import { KEYS_KEPT } from './database.js';
import { baseOf, compareKeys, isBeyond, judgeRows, type Novelty, type State } from './decide.js';
import { type CheckMemory, definitionOf } from './memory.js';
import type { CheckReport } from './report.js';
import { sampleKeys } from './samples.js';

export interface Circumstances {
  /** Of the runs before; undefined where there are none. */
  readonly memory: CheckMemory | undefined;
  readonly now: Date;
  /** Failing rows to name. */
  readonly samples: number;
}

export interface Judged {
  readonly report: CheckReport;
  readonly memory: CheckMemory;
}

export function judgeCheck(asked: Asked<Counts>, circumstances: Circumstances): Judged {
  const { item, compiled, answer } = asked;
  const definition = definitionOf(compiled);
  // Another check of the same name knows nothing of these rows.
  const before = circumstances.memory?.definition === definition ? circumstances.memory : undefined;
  const verdict =
    'problem' in answer
      ? noVerdict(answer.problem.message)
      : judge(item, answer.value, { memory: before, now: circumstances.now });
  const memory = memoryOf(verdict, before, { definition, at: circumstances.now.toISOString() });
  return { report: reportOf(asked, verdict, { ...circumstances, memory }), memory };
}

interface Verdict {
  readonly state: State;
  readonly failing: number | null;
  readonly total: number | null;
  /** Undefined where none could be asked for: those of before stay. */
  readonly keys: Counts['keys'] | undefined;
  readonly novelty: Novelty | undefined;
  readonly reason: string | null;
}

const noVerdict = (reason: string): Verdict => ({
  state: 'unknown',
  failing: null,
  total: null,
  keys: undefined,
  novelty: undefined,
  reason,
});

function judge(check: IntegrityCheck, counts: Counts, { memory, now }: Past): Verdict {
  if (check.kind === 'row_count_change') return judgeChange(check, counts.total ?? 0, { memory, now });
  const { total, keys } = counts;
  const failing = counts.failing ?? 0;
  const state = judgeRows({ failing, total }, check);
  const reason = state === 'unknown' ? 'its total gave no number' : null;
  const list = { keys: keys.map(({ fingerprint }) => fingerprint), isComplete: failing <= KEYS_KEPT };
  return { state, failing, total, keys, novelty: compareKeys(list, memory), reason };
}

type Past = Pick<Circumstances, 'memory' | 'now'>;
type RowCountChange = Extract<IntegrityCheck, { kind: 'row_count_change' }>;

function judgeChange(check: RowCountChange, total: number, { memory, now }: Past): Verdict {
  const counts = (memory?.runs ?? []).flatMap((run) => (run.total === null ? [] : [{ at: run.at, total: run.total }]));
  const base = baseOf(counts, now, check.window);
  const what = { total, keys: [], novelty: undefined };
  if (base === undefined) {
    return {
      ...what,
      state: 'unknown',
      failing: null,
      reason: `${total} rows; no count of an earlier run to compare with`,
    };
  }
  const failing = isBeyond(total, base.total, check) ? 1 : 0;
  const state = judgeRows({ failing, total: 1 }, check);
  return { ...what, state, failing, reason: `${total} rows, ${base.total} on ${base.at}` };
}

/** To be copied: a comment to the end of its line would swallow what follows. */
export const oneLine = (sql: string): string => (sql.includes('--') ? sql : sql.replace(/\s*\n\s*/g, ' ')).trim();

function memoryOf(
  { state, failing, total, keys }: Verdict,
  before: CheckMemory | undefined,
  { definition, at }: { readonly definition: string; readonly at: string },
): CheckMemory {
  const { failingSince = null, runs = [], ...known } = before ?? { keys: [], isComplete: true };
  const fingerprints = keys?.map(({ fingerprint }) => fingerprint);
  const isComplete = (failing ?? 0) <= KEYS_KEPT;
  return {
    definition,
    failingSince: failing === 0 ? null : (failingSince ?? (failing === null ? null : at)),
    ...(fingerprints === undefined ? known : { keys: isComplete ? fingerprints : [], isComplete }),
    runs: [...runs, { at, state, failing, total }],
  };
}

function reportOf(
  { name, item, compiled, durationMs, answer }: Asked<Counts>,
  { state, failing, total, keys = [], novelty, reason }: Verdict,
  { memory, samples }: Pick<Circumstances, 'samples'> & { readonly memory: CheckMemory },
): CheckReport {
  return {
    name,
    kind: item.kind,
    state,
    description: item.description ?? null,
    owner: item.owner ?? null,
    failing,
    total,
    newRows: novelty?.newRows ?? null,
    knownRows: novelty?.knownRows ?? null,
    failingSince: memory.failingSince,
    samples: sampleKeys(keys, { columns: compiled.key, count: samples, isNew: novelty?.isNew }),
    query: oneLine(compiled.failing ?? compiled.total ?? ''),
    durationMs,
    reason,
    hint: ('problem' in answer ? answer.problem.hint : item.hint) ?? null,
  };
}

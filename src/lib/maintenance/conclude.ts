/** From the reports of the steps to what the tier says. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { abortReason, type Explanation, explain } from '../errors.js';
import { StepReport } from '../pipeline.js';
import { type Finding, foldParts, type Outcome, STATUS_OF_SEVERITY } from '../status.js';
import { besides } from './runs.js';

export const TierResult = z.strictObject({
  tier: z.string(),
  runId: z.string(),
  dryRun: z.boolean(),
  steps: z.array(StepReport),
  /** Where the record and the report of this run are kept; null for a dry run. */
  recordFile: z.string().nullable(),
  reportFile: z.string().nullable(),
  /** The report as an HTML page with charts; null where the tier makes none, too. */
  pageFile: z.string().nullable(),
});
export type TierResult = z.output<typeof TierResult>;

type ConcludeContext = Pick<Context, 'signal' | 'runId' | 'dryRun'>;

interface Concluded {
  readonly steps: readonly StepReport[];
  /** Where the record is kept; absent when there is none. */
  readonly file?: string;
  readonly hasPage?: boolean;
  /** What is to be told of the run as a whole. */
  readonly notes?: readonly Finding[];
}

/** The run as an outcome: its status, and every cause said once. */
export function concludeTier(
  context: ConcludeContext,
  tier: string,
  { steps, file, hasPage = false, notes = [] }: Concluded,
): Outcome<TierResult> {
  const result = {
    tier,
    runId: context.runId,
    dryRun: context.dryRun,
    steps: [...steps],
    recordFile: file ?? null,
    reportFile: file === undefined ? null : besides(file, 'txt'),
    pageFile: file === undefined || !hasPage ? null : besides(file, 'html'),
  };
  const findings = [...sayOnce(steps.flatMap(findingsOf)), ...notes];
  const error = endedEarly(context, steps);
  const parts = [...steps.map(({ status }) => status), ...notes.map(({ severity }) => STATUS_OF_SEVERITY[severity])];
  const status = error && context.signal.aborted ? 'interrupted' : foldParts(parts);
  return { status, findings, result, ...(error && { error }) };
}

interface StepFinding extends Finding {
  readonly step: string;
}

/** The step's findings and its error. An interrupted step has nothing to say that the tier does not say itself. */
function findingsOf({ id: step, status, findings, error }: StepReport): StepFinding[] {
  const own = findings.map((finding) => ({ ...finding, step }));
  if (!error || status === 'interrupted') return own;
  return [...own, { ...error, severity: status === 'unknown' ? 'unknown' : 'error', step }];
}

/** One cause that several steps met is one finding, which names them all. */
function sayOnce(findings: readonly StepFinding[]): Finding[] {
  const byCause = new Map<string, StepFinding[]>();
  for (const finding of findings) {
    const cause = `${finding.code}\n${finding.message}`;
    byCause.set(cause, [...(byCause.get(cause) ?? []), finding]);
  }
  return [...byCause.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { step: _, ...finding } = first;
    return [{ ...finding, message: `${same.map(({ step }) => step).join(', ')}: ${finding.message}` }];
  });
}

/** A signal or the deadline decides the exit code of the whole; so does a bug of ours in a step. */
function endedEarly({ signal }: ConcludeContext, steps: readonly StepReport[]): Explanation | undefined {
  if (signal.aborted) return explain(abortReason(signal));
  const bug = steps.find(({ error }) => error?.code === 'VOPS-INTERNAL')?.error;
  return bug && { ...bug, code: 'VOPS-INTERNAL' };
}

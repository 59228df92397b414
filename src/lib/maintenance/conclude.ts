/** From the reports of the steps to what the tier says. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { endedEarly, findingsOfParts } from '../parts.js';
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
  const named = steps.map((step) => ({ ...step, name: step.id }));
  const findings = [...findingsOfParts(named), ...notes];
  const error = endedEarly(context.signal, named);
  const parts = [...steps.map(({ status }) => status), ...notes.map(({ severity }) => STATUS_OF_SEVERITY[severity])];
  const status = error && context.signal.aborted ? 'interrupted' : foldParts(parts);
  return { status, findings, result, ...(error && { error }) };
}

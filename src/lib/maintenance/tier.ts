/** A tier: a pipeline with one lock around it, a record of it, and a watcher told. Itself a command. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { type Command, defineCommand, type OptionText } from '../command.js';
import type { Context } from '../context.js';
import { abortReason, type Explanation, explain } from '../errors.js';
import { runSteps, type Selection, type Step, StepReport } from '../pipeline.js';
import { withLock } from '../process/index.js';
import { type Finding, foldParts, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { sendHeartbeat } from './heartbeat.js';
import {
  pruneRecords,
  type RunRecord,
  readRecords,
  recordFile,
  runsDirectory,
  writeRecord,
  writeReport,
} from './runs.js';
import { SelectionFlags, selectSteps } from './selection.js';

export interface Tier {
  readonly name: string;
  readonly steps: readonly Step[];
}

const OPTIONS: readonly OptionText[] = [
  ['--only <steps>', 'run only these steps, separated by commas'],
  ['--skip <steps>', 'leave these steps out, separated by commas'],
  ['--from <step>', 'begin with this step'],
  ['--resume', 'keep what went well in the last run, run the rest'],
  ['--lock-wait <duration>', 'how long to wait for another run (default: 15m, on a terminal 0s)'],
];

const TierFlags = SelectionFlags.extend({ lockWait: Duration.optional() });
type TierFlags = z.output<typeof TierFlags>;

export const TierResult = z.strictObject({
  tier: z.string(),
  runId: z.string(),
  dryRun: z.boolean(),
  steps: z.array(StepReport),
  /** Where the record and the report of this run are kept; null for a dry run. */
  recordFile: z.string().nullable(),
  reportFile: z.string().nullable(),
});
export type TierResult = z.output<typeof TierResult>;

/** Makes the command `maintenance <name>` of a tier. `view` is also the form of the report file. */
export function tierCommand(tier: Tier, look: Pick<Command<TierFlags, TierResult>, 'summary' | 'view' | 'sample'>) {
  const path = `viktoria-ops maintenance ${tier.name}`;
  return defineCommand({
    ...look,
    options: OPTIONS,
    flags: TierFlags,
    result: TierResult,
    changes: true,
    run: (context: Context, flags: TierFlags) => runTier(context, { tier, flags, look }),
    examples: [path, `${path} --dry-run`, `${path} --only health,queue --json`, `${path} --quiet --deadline 30m`],
  });
}

interface Wanted {
  readonly tier: Tier;
  readonly flags: TierFlags;
  readonly look: Pick<Command<TierFlags, TierResult>, 'summary' | 'view'>;
}

async function runTier(context: Context, wanted: Wanted): Promise<Outcome<TierResult>> {
  const { tier, flags } = wanted;
  const { maintenance } = await context.config();
  selectSteps(tier.steps, flags); // a wrong name is refused before anything is locked or written
  if (context.dryRun) return concludeTier(context, tier, { steps: await run(context, wanted, undefined) });
  const state = await context.state();
  const startedAt = context.now().toISOString();
  const lock = {
    waitMs: flags.lockWait ?? (context.interactive ? 0 : maintenance.lockWait),
    signal: context.signal,
    holder: { command: `maintenance ${tier.name}`, runId: context.runId, startedAt },
  };
  return withLock(join(state, 'lock'), lock, () => runRecorded(context, wanted, runsDirectory(state)));
}

function run(context: Context, { tier, flags }: Wanted, last: RunRecord | undefined): Promise<StepReport[]> {
  return context.config().then(({ maintenance }) => {
    const selection: Selection = selectSteps(tier.steps, flags, last?.steps);
    return runSteps(context, tier.steps, { selection, timeoutMs: maintenance.stepTimeout });
  });
}

/** The run with its traces: a record at the start and at the end, a report, a heartbeat, old records pruned. */
async function runRecorded(context: Context, wanted: Wanted, directory: string): Promise<Outcome<TierResult>> {
  const { tier, flags, look } = wanted;
  const last = flags.resume ? (await readRecords(directory, { limit: 1, tier: tier.name })).records[0] : undefined;
  const started = startedRecord(context, tier);
  const begin = context.elapsed();
  await writeRecord(directory, started);
  const announced = sendHeartbeat(context, 'start');
  const steps = await run(context, wanted, last);
  const file = recordFile(directory, started);
  const outcome = concludeTier(context, tier, { steps, file });
  const durationMs = Math.round(context.elapsed() - begin);
  const { status, findings } = outcome;
  const ended = {
    ...started,
    endedAt: context.now().toISOString(),
    durationMs,
    status,
    steps,
    findings: [...findings],
  };
  await writeRecord(directory, context.redactor.data(ended));
  const title = `maintenance ${tier.name} on ${started.host}, ${started.startedAt}`;
  await writeReport(file, context.redactor.data(outcome), { ...look, title });
  await pruneRecords(directory, tier.name, (await context.config()).maintenance.keepRuns);
  await announced;
  await sendHeartbeat(context, GOOD.has(status) ? 'success' : 'fail');
  return outcome;
}

const GOOD: ReadonlySet<string> = new Set(['ok', 'warning', 'skipped']);

const startedRecord = (context: Context, { name }: Tier): RunRecord => ({
  schemaVersion: 1,
  tier: name,
  runId: context.runId,
  host: hostname(),
  pid: process.pid,
  startedAt: context.now().toISOString(),
  endedAt: null,
  durationMs: null,
  status: null,
  steps: [],
  findings: [],
});

function concludeTier(
  context: Context,
  tier: Tier,
  { steps, file }: { steps: StepReport[]; file?: string },
): Outcome<TierResult> {
  const reportFile = file === undefined ? null : file.replace(/json$/, 'txt');
  const result = {
    tier: tier.name,
    runId: context.runId,
    dryRun: context.dryRun,
    steps,
    recordFile: file ?? null,
    reportFile,
  };
  const findings = sayOnce(steps.flatMap(findingsOf));
  const error = endedEarly(context, steps);
  const status = error && context.signal.aborted ? 'interrupted' : foldParts(steps.map((report) => report.status));
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
function endedEarly(context: Context, steps: readonly StepReport[]): Explanation | undefined {
  if (context.signal.aborted) return explain(abortReason(context.signal));
  const bug = steps.find(({ error }) => error?.code === 'VOPS-INTERNAL')?.error;
  return bug && { ...bug, code: 'VOPS-INTERNAL' };
}

/** A tier: a pipeline with one lock around it, a record of it, and a watcher told. Itself a command. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type * as z from 'zod';
import { type Command, defineCommand, type OptionText } from '../command.js';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { sendHeartbeat } from '../heartbeat.js';
import { runSteps, type Selection, type Step, type StepReport, skipped } from '../pipeline.js';
import { withLock } from '../process/index.js';
import type { Finding, Outcome } from '../status.js';
import { Duration } from '../units.js';
import { type Earlier, onceAmongHosts } from './among-hosts.js';
import { concludeTier, TierResult } from './conclude.js';
import { pruneRecords, type RunRecord, readBack, recordFile, runsDirectory, writeRecord, writeReport } from './runs.js';
import { SelectionFlags, selectSteps } from './selection.js';

export interface Tier {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Whether there is more to see than a mail shows: its report is a page, too. */
  readonly hasPage?: boolean;
}

const OPTIONS: readonly OptionText[] = [
  ['--only <steps>', 'run only these steps, separated by commas'],
  ['--skip <steps>', 'leave these steps out, separated by commas'],
  ['--from <step>', 'begin with this step'],
  ['--resume', 'keep what went well in the last run, run the rest; all, where nothing is left'],
  ['--lock-wait <duration>', 'how long to wait for another run (default: 15m, on a terminal 0s)'],
  ['--once-within <duration>', 'leave it to another host that has run it so lately; for crontabs of several hosts'],
];

const TierFlags = SelectionFlags.extend({ lockWait: Duration.optional(), onceWithin: Duration.optional() });
type TierFlags = z.output<typeof TierFlags>;

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
    examples: [
      path,
      `${path} --dry-run`,
      `${path} --only '${tier.steps
        .slice(0, 2)
        .map(({ id }) => id)
        .join(',')}' --json`,
      `${path} --quiet --deadline 30m`,
    ],
  });
}

interface Wanted {
  readonly tier: Tier;
  readonly flags: TierFlags;
  readonly look: Pick<Command<TierFlags, TierResult>, 'summary' | 'view'>;
}

async function runTier(context: Context, wanted: Wanted): Promise<Outcome<TierResult>> {
  const { tier, flags } = wanted;
  const { maintenance, stateDirectory } = await context.config();
  selectSteps(tier.steps, flags); // a wrong name is refused before anything is locked or written
  if (context.dryRun) {
    const last = await resumedRun(context, runsDirectory(stateDirectory), wanted);
    return concludeTier(context, tier.name, { steps: await run(context, wanted, last) });
  }
  const state = await context.state();
  const startedAt = context.now().toISOString();
  const lock = {
    waitMs: flags.lockWait ?? (context.interactive ? 0 : maintenance.lockWait),
    signal: context.signal,
    holder: { command: `maintenance ${tier.name}`, runId: context.runId, startedAt },
  };
  return withLock(join(state, 'lock'), lock, () => {
    const runHere = (notes: readonly Finding[]) =>
      runRecorded(context, wanted, { directory: runsDirectory(state), notes });
    const { onceWithin: withinMs } = flags;
    if (withinMs === undefined) return runHere([]);
    const turn = { tier: tier.name, withinMs, waitMs: lock.waitMs };
    return onceAmongHosts(context, turn, { run: runHere, leave: (earlier) => leftTo(context, tier, earlier) });
  });
}

/** Neither a record nor a heartbeat: both are of the host that ran it. */
function leftTo(context: Context, tier: Tier, { host, run, at }: Earlier): Outcome<TierResult> {
  const reason = `left to ${host}: its run ${run} of ${at.toISOString()}`;
  const steps = tier.steps.map(({ id }) => skipped(id, reason));
  return { ...concludeTier(context, tier.name, { steps }), status: 'skipped' };
}

/** The run that `--resume` takes up: the last one in this environment. Undefined without it, or where there is none. */
async function resumedRun({ config, now }: Context, directory: string, wanted: Wanted): Promise<RunRecord | undefined> {
  const { environment } = await config();
  if (!wanted.flags.resume) return undefined;
  for await (const record of readBack(directory, wanted.tier.name, now()))
    if (record.environment === environment) return record;
  return undefined;
}

function run(context: Context, { tier, flags }: Wanted, last: RunRecord | undefined): Promise<StepReport[]> {
  return context.config().then(({ maintenance }) => {
    const selection: Selection = selectSteps(tier.steps, flags, last?.steps);
    return runSteps(context, tier.steps, { selection, timeoutMs: maintenance.stepTimeout });
  });
}

/** The run with its traces: a record at the start and at the end, a report, a heartbeat, old records pruned. */
async function runRecorded(
  context: Context,
  wanted: Wanted,
  { directory, notes }: { readonly directory: string; readonly notes: readonly Finding[] },
): Promise<Outcome<TierResult>> {
  const { tier } = wanted;
  const last = await resumedRun(context, directory, wanted);
  const { heartbeatUrl, environment } = await context.config();
  const started = startedRecord(context, tier, environment);
  const begin = context.elapsed();
  await keep(() => writeRecord(directory, started)); // no room yet? a step may make some: the end tells
  const announced = sendHeartbeat(context, heartbeatUrl, 'start');
  const steps = await run(context, wanted, last);
  const durationMs = Math.round(context.elapsed() - begin);
  const ended = { ...started, endedAt: context.now().toISOString(), durationMs, steps };
  const traces = { file: recordFile(directory, started), hasPage: tier.hasPage ?? false };
  const outcome = concludeTier(context, tier.name, { steps, ...traces, notes });
  const unclosed = await keep(() => keepTraces(context, wanted, { directory, ended, outcome }));
  const told =
    unclosed.length === 0 ? outcome : concludeTier(context, tier.name, { steps, notes: [...notes, ...unclosed] });
  await announced;
  await sendHeartbeat(context, heartbeatUrl, GOOD.has(told.status) ? 'success' : 'fail');
  return told;
}

interface Traces {
  readonly directory: string;
  readonly ended: RunRecord;
  readonly outcome: Outcome<TierResult>;
}

async function keepTraces(
  context: Context,
  { tier, look }: Wanted,
  { directory, ended, outcome }: Traces,
): Promise<void> {
  const { status, findings } = outcome;
  const record = { ...ended, status, findings: [...findings] };
  const file = await writeRecord(directory, context.redactor.data(record));
  const title = `maintenance ${tier.name} on ${record.host}`;
  const report = { ...look, steps: tier.steps, title, startedAt: record.startedAt };
  await writeReport(file, context.redactor.data(outcome), report);
  await pruneRecords(directory, tier.name, (await context.config()).maintenance.keepRuns);
}

/** A disk that takes no record must not keep the steps from their work: one of them may free it. */
async function keep(write: () => Promise<unknown>): Promise<Finding[]> {
  try {
    await write();
    return [];
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const message = `this run leaves no record: ${error.message}`;
    return [
      { code: 'VOPS-MAINTENANCE-UNRECORDED', severity: 'error', message, ...(error.hint && { hint: error.hint }) },
    ];
  }
}

const GOOD: ReadonlySet<string> = new Set(['ok', 'warning', 'skipped']);

const startedRecord = (context: Context, { name }: Tier, environment: string): RunRecord => ({
  schemaVersion: 1,
  tier: name,
  environment,
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

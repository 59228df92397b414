/** Steps that form a whole: independent ones side by side, dependants after what they need. A step is a command. */
import * as z from 'zod';
import type { Command } from './command.js';
import type { Context } from './context.js';
import { Finding, Status } from './contract/findings.js';
import { abortReason, explain, OperatorError, statusOf } from './errors.js';
import { afterAbort } from './patience.js';

export interface Step {
  readonly id: string;
  readonly command: Command;
  /** Options as typed, checked against the command's own schema by the compiler. */
  readonly given: unknown;
  /** Steps that must have done their work before; their failure skips this one. */
  readonly requires: readonly string[];
  /** Steps that must have ended before, well or not: two that need the same thing to themselves. */
  readonly after: readonly string[];
  /** Default: `maintenance.stepTimeout`. */
  readonly timeoutMs: number | undefined;
}

/** One line of a pipeline. A wrong option is a compile error. */
// oxlint-disable-next-line max-params -- read aloud as one line of a table: name, command, options, what it needs
export function step<Flags, Result, Given>(
  id: string,
  command: Command<Flags, Result, Given>,
  given: Given,
  { requires = [], after = [], timeoutMs }: Partial<Pick<Step, 'requires' | 'after' | 'timeoutMs'>> = {},
): Step {
  return { id, command, given, requires, after, timeoutMs };
}

export const StepReport = z.strictObject({
  id: z.string(),
  status: Status,
  durationMs: z.number(),
  /** One line: the command's own summary, or what went wrong. */
  summary: z.string(),
  /** Why a step was skipped. */
  reason: z.string().optional(),
  findings: z.array(Finding),
  result: z.unknown().optional(),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
});
export type StepReport = z.output<typeof StepReport>;

/** What was decided about a step before the run: run it, leave it out, or take the report of an earlier run. */
export type Selection = ReadonlyMap<string, { readonly skip: string } | { readonly reuse: StepReport }>;

export interface PipelineOptions {
  readonly selection: Selection;
  readonly timeoutMs: number;
}

/** A step that ignores its timeout is left behind after this. */
const GRACE_MS = 5_000;

/** Runs the steps and reports on every one, in the order given. Never throws: a failing step is a report. */
export async function runSteps(
  context: Context,
  steps: readonly Step[],
  options: PipelineOptions,
): Promise<StepReport[]> {
  const reports = new Map<string, Promise<StepReport>>();
  for (const next of steps) reports.set(next.id, runWhenReady(context, next, { ...options, reports }));
  return Promise.all(reports.values());
}

type Started = PipelineOptions & { readonly reports: ReadonlyMap<string, Promise<StepReport>> };

async function runWhenReady(
  context: Context,
  next: Step,
  { selection, timeoutMs, reports }: Started,
): Promise<StepReport> {
  const decided = selection.get(next.id);
  if (decided) return 'reuse' in decided ? decided.reuse : skipped(next.id, decided.skip);
  const reportsOf = (ids: readonly string[]) => Promise.all(ids.flatMap((id) => reports.get(id) ?? []));
  await reportsOf(next.after);
  const required = await reportsOf(next.requires);
  if (context.signal.aborted) return skipped(next.id, `because the run was ${abortReason(context.signal).message}`);
  const obstacle = required.find((report) => BLOCKING.has(report.status) && !selection.has(report.id));
  if (obstacle) return skipped(next.id, `because ${obstacle.id} ${obstacle.status}: ${obstacle.summary}`);
  return runStep(context, next, { timeoutMs: next.timeoutMs ?? timeoutMs, hint: MORE_TIME });
}

const MORE_TIME = 'give it more time with maintenance.stepTimeout in the configuration, or look for the cause with -vv';

const BLOCKING: ReadonlySet<StepReport['status']> = new Set(['failed', 'unknown', 'partial', 'interrupted']);

/** The report of a step that was not run. */
export const skipped = (id: string, reason: string): StepReport => ({
  id,
  status: 'skipped',
  durationMs: 0,
  summary: reason,
  reason,
  findings: [],
});

export interface StepLimit {
  readonly timeoutMs: number;
  /** What to do about a step that takes longer. */
  readonly hint: string;
}

/** What of a command a step needs. */
export interface StepRun extends Pick<Step, 'id' | 'given'> {
  readonly command: Pick<Command, 'flags' | 'run' | 'summary'>;
}

/** Runs one step and reports on it. Never throws. Without a limit only the context's signal ends it early. */
export async function runStep(
  context: Context,
  { id, command, given }: StepRun,
  limit?: StepLimit,
): Promise<StepReport> {
  const start = context.elapsed();
  context.progress.start(id);
  const report = await withTimeout(context, limit, async (own) => {
    try {
      const { status, findings, result } = await command.run(own, command.flags.parse(given));
      return { status, summary: command.summary(result), findings: [...findings], result };
    } catch (thrown) {
      return failed(own.signal.aborted ? abortReason(own.signal) : thrown);
    }
  });
  const durationMs = Math.round(context.elapsed() - start);
  context.progress.finish(id, `${report.status} (${report.summary})`);
  return { id, durationMs, ...report };
}

type Ended = Omit<StepReport, 'id' | 'durationMs'>;

function failed(thrown: unknown): Ended {
  const error = explain(thrown);
  return { status: statusOf(error.code), summary: error.message, findings: [], error };
}

/** Gives the step a signal of its own; one that does not obey it is reported as timed out all the same. */
async function withTimeout(
  context: Context,
  limit: StepLimit | undefined,
  run: (own: Context) => Promise<Ended>,
): Promise<Ended> {
  const controller = new AbortController();
  const expire = ({ timeoutMs, hint }: StepLimit) =>
    controller.abort(new OperatorError('VOPS-STEP-TIMEOUT', `not done within ${timeoutMs / 1000} s`, { hint }));
  const timer = limit && setTimeout(expire, limit.timeoutMs, limit);
  const signal = AbortSignal.any([context.signal, controller.signal]);
  const patience = afterAbort(signal, GRACE_MS);
  const leftBehind = patience.over.then(() => failed(abortReason(signal)));
  const ended = await Promise.race([run(context.fork(signal)), leftBehind]);
  clearTimeout(timer);
  patience.release();
  return ended;
}

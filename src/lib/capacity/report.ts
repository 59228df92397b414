/** `capacity report`: figures, changes and forecasts of a period, on the screen and as a file. */
import { hostname } from 'node:os';
import { extname, resolve } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { writeFileAtomic } from '../files/index.js';
import { conclude, type Outcome } from '../status.js';
import { chooseResources, Metric } from './choose.js';
import { Horizon, LONGEST_DAYS } from './horizon.js';
import { judgePredictions, judgeStaleness } from './judge.js';
import { htmlReport, markdownReport, type ReportedEntry } from './report/document.js';
import { ReportEntry, reportOn } from './report/entry.js';
import { readHistory } from './sources/index.js';
import { byUrgency } from './words.js';

const PERIODS = { weekly: 7, monthly: 30, quarterly: 91, yearly: 365 } as const;
const Period = z.enum(['weekly', 'monthly', 'quarterly', 'yearly']);

export const ReportFlags = z.object({
  period: Period.default('monthly'),
  /** File to write, `.html` or `.md`. */
  report: z.string().min(1).optional(),
  horizon: Horizon.optional(),
  metric: Metric,
});
export type ReportFlags = z.output<typeof ReportFlags>;

export const CapacityReport = z.object({
  period: Period,
  periodDays: z.number(),
  /** What is full soonest first. */
  entries: z.array(ReportEntry),
  /** The file that was written; null when none was asked for. */
  reportFile: z.string().nullable(),
});
export type CapacityReport = z.infer<typeof CapacityReport>;

type ReportContext = Pick<Context, 'api' | 'config' | 'cwd' | 'now' | 'signal'>;

/** Errors: `VOPS-USAGE`; `VOPS-FILE`, `VOPS-DISK-FULL` of the file. */
export async function reportCapacity(context: ReportContext, flags: ReportFlags): Promise<Outcome<CapacityReport>> {
  const { period, report, horizon, metric } = flags;
  const render = report === undefined ? undefined : rendererFor(report);
  const { histories, findings } = await readHistory(context);
  const periodDays = PERIODS[period];
  const ahead = { horizon, longest: LONGEST_DAYS, force: false };
  const reported = chooseResources(histories, metric)
    .map((history) => reportOn(history, { periodDays, ahead }))
    .sort((one, other) => byUrgency(one.entry.prediction, other.entry.prediction));
  const predictions = reported.map(({ entry }) => entry.prediction);
  const { capacity, environment } = await context.config();
  const reportFile = report === undefined ? null : resolve(context.cwd, report);
  if (reportFile !== null && render) {
    const about = `${hostname()}, environment ${environment}, ${context.now().toISOString()}`;
    await writeFileAtomic(reportFile, render({ title: `Capacity, ${period}`, about }, reported));
  }
  return conclude({ period, periodDays, entries: reported.map(({ entry }) => entry), reportFile }, [
    ...judgePredictions(predictions, capacity),
    ...judgeStaleness(predictions, context.now()),
    ...findings,
  ]);
}

const RENDERERS: Readonly<Record<string, typeof htmlReport>> = {
  '.html': htmlReport,
  '.htm': htmlReport,
  '.md': markdownReport,
};

function rendererFor(
  path: string,
): (cover: Parameters<typeof htmlReport>[0], entries: readonly ReportedEntry[]) => string {
  const render = RENDERERS[extname(path).toLowerCase()];
  if (render) return render;
  throw new OperatorError('VOPS-USAGE', `--report: ${path} says not which form is meant`, {
    hint: 'end the name in .html or .md',
  });
}

/** `performance daily` and `weekly`: the hooks over a period, step by step. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { PerformanceReport } from '../contract/index.js';
import { formatDuration, formatPercent } from '../measures.js';
import { conclude, type Outcome } from '../status.js';
import { judgeReport } from './decide.js';
import { type ReportDocument, ReportFile } from './report-file.js';

export const ReportFlags = z.object({ report: ReportFile });
export type ReportFlags = z.output<typeof ReportFlags>;

export const HookReport = z.object({
  report: PerformanceReport,
  /** The file that was written; null when none was asked for. */
  reportFile: z.string().nullable(),
});
export type HookReport = z.infer<typeof HookReport>;

type Reported = Outcome<Omit<HookReport, 'reportFile'>>;

/** The last 24 h by hour. Errors: `VOPS-API-…`. */
export const reportDay = (context: Pick<Context, 'api' | 'config'>): Promise<Reported> =>
  report(context, 'dailyReport');

/** The last seven days by day. Errors: `VOPS-API-…`. */
export const reportWeek = (context: Pick<Context, 'api' | 'config'>): Promise<Reported> => report(context, 'weekly');

async function report(
  { api, config }: Pick<Context, 'api' | 'config'>,
  route: 'dailyReport' | 'weekly',
): Promise<Reported> {
  const report = await api(route);
  const { kpis } = await config();
  return conclude({ report }, judgeReport(report, kpis));
}

const COLUMNS = [
  { name: 'content type' },
  { name: 'operation' },
  { name: 'runs', isNumber: true },
  { name: 'errors', isNumber: true },
  { name: 'mean', isNumber: true },
  { name: 'p50', isNumber: true },
  { name: 'p95', isNumber: true },
  { name: 'p99', isNumber: true },
] as const;

/** @param title such as `Hooks, the last 24 h` */
export const reportDocument =
  (title: string) =>
  ({ report }: Omit<HookReport, 'reportFile'>): ReportDocument => ({
    title,
    period: `${report.window.from} to ${report.window.to}, observed ${formatPercent(report.window.coverage)}`,
    charts: chartsOf(report),
    sections: [
      {
        title: 'Hooks, slowest mean first',
        columns: COLUMNS,
        rows: report.hooks.map((hook) => [
          hook.contentType,
          hook.operation,
          String(hook.executions),
          String(hook.errors),
          ...[hook.averageExecutionTime, hook.p50, hook.p95, hook.p99].map(timeOf),
        ]),
      },
    ],
  });

function chartsOf({ buckets }: PerformanceReport): ReportDocument['charts'] {
  const chart = (title: string, points: readonly { readonly x: number; readonly y: number }[], formatY: Formatter) =>
    points.length === 0
      ? []
      : [{ title, description: `${title}, from step to step`, measured: points, formatX: minuteOf, formatY }];
  const p95 = buckets.flatMap((bucket) => (bucket.p95 === null ? [] : [{ x: Date.parse(bucket.from), y: bucket.p95 }]));
  const runs = buckets.map((bucket) => ({ x: Date.parse(bucket.from), y: bucket.executions }));
  return [...chart('p95 of all hooks', p95, formatDuration), ...chart('Hook runs', runs, String)];
}

type Formatter = (value: number) => string;

const minuteOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
const timeOf = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));

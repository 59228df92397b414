/** The comparison of two weeks as a report. Pure. */
import type { Chart } from '../html/index.js';
import { formatDuration, formatPercent } from '../measures.js';
import type { HookChange, MeasuredChange } from './compare/hook-change.js';
import { formatChange } from './compare/judge.js';
import type { ReportDocument } from './report-file.js';
import type { HookTrends } from './trends.js';

const COLUMNS = [
  { name: 'content type' },
  { name: 'operation' },
  { name: 'verdict' },
  { name: 'median', isNumber: true },
  { name: 'p95', isNumber: true },
  { name: 'runs', isNumber: true },
  { name: 'first seen' },
  { name: 'around that time' },
] as const;

export function trendsDocument({ window, previous, hooks }: Omit<HookTrends, 'reportFile'>): ReportDocument {
  return {
    title: 'Hooks against the week before',
    period: `${periodOf(window)} against ${periodOf(previous)}`,
    charts: changeCharts(hooks),
    sections: [{ title: 'Hooks', columns: COLUMNS, rows: hooks.map(rowOf) }],
  };
}

/** Of those that changed most; a page of all of them is read by nobody. */
const MOST_CHARTS = 12;

export const changeCharts = (hooks: readonly HookChange[]): Chart[] =>
  hooks
    .filter(({ course }) => course.length > 0)
    .slice(0, MOST_CHARTS)
    .map((hook) => ({
      title: `${hook.contentType} ${hook.operation}`,
      description: `${hook.measure === 'p95' ? 'The p95' : 'The median'}, ${hook.verdict} since ${hook.firstSeenAt ?? 'an hour that cannot be told'}.`,
      measured: hook.course.map(({ at, valueMs }) => ({ x: Date.parse(at), y: valueMs })),
      formatX: (time) => new Date(time).toISOString().slice(0, 10),
      formatY: formatDuration,
    }));

const periodOf = ({ from, to, coverage }: HookTrends['window']) =>
  `${from} to ${to} (observed ${formatPercent(coverage)})`;

function rowOf(hook: HookChange): string[] {
  return [
    hook.contentType,
    hook.operation,
    hook.verdict.replace('_', ' '),
    describeMeasure(hook.p50),
    describeMeasure(hook.p95),
    `${hook.previousExecutions} → ${hook.executions}`,
    hook.firstSeenAt ?? '–',
    hook.around.map(({ at, what }) => `${what} (${at})`).join('; ') || '–',
  ];
}

/** `20 ms → 34 ms (+70 %)`. */
const describeMeasure = (made: MeasuredChange | null): string =>
  made === null
    ? '–'
    : `${formatDuration(made.previousMs)} → ${formatDuration(made.currentMs)} (${formatChange(made)})`;

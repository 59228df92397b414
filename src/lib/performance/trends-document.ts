/** The comparison of two weeks as a report. Pure. */
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
    charts: [],
    sections: [{ title: 'Hooks', columns: COLUMNS, rows: hooks.map(rowOf) }],
  };
}

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

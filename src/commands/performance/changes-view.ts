/** How hooks that were compared look. */
import type { HookChange, MeasuredChange } from '../../lib/performance/compare/hook-change.js';
import { formatChange } from '../../lib/performance/compare/judge.js';
import type { Theme } from '../../lib/terminal/theme.js';

const TONES = {
  slower: 'alarm',
  faster: 'plain',
  new: 'plain',
  gone: 'caution',
  steady: 'plain',
  insufficient_data: 'faint',
} as const;

/** `2 of 14 hooks slower, 1 faster; 3 with too little data`. */
export function changesSummary(hooks: readonly HookChange[]): string {
  const count = (verdict: HookChange['verdict']) => hooks.filter((hook) => hook.verdict === verdict).length;
  const few = count('insufficient_data');
  const compared = hooks.filter(({ p50, p95 }) => p50 !== null || p95 !== null).length;
  if (compared === 0) return `nothing could be compared (${hooks.length} hooks, too little data)`;
  const verdicts = `${count('slower')} of ${compared} hooks slower, ${count('faster')} faster`;
  return few > 0 ? `${verdicts}; ${few} with too little data` : verdicts;
}

/** Narrow: since when, and what happened then, stands with the findings. */
export function changesView(hooks: readonly HookChange[], theme: Theme): string {
  if (hooks.length === 0) return '';
  return theme.table(
    ['content type', 'operation', 'verdict', 'median', 'p95'],
    hooks.map((hook) => [
      hook.contentType,
      hook.operation,
      theme.tone(TONES[hook.verdict], wordsOf(hook)),
      timesOf(hook.p50, theme),
      timesOf(hook.p95, theme),
    ]),
  );
}

/** `slower +70 %`. */
function wordsOf({ verdict, measure, p50, p95 }: HookChange): string {
  const made = measure === 'p95' ? p95 : p50;
  if (verdict === 'insufficient_data') return 'too little data';
  return measure === null || made === null ? verdict : `${verdict} ${formatChange(made)}`;
}

const timesOf = (made: MeasuredChange | null, theme: Theme) =>
  made && `${theme.duration(made.previousMs)} → ${theme.duration(made.currentMs)}`;

export const changeSample: HookChange = {
  contentType: 'api::match.match',
  operation: 'afterUpdate',
  source: 'model',
  verdict: 'slower',
  measure: 'p50',
  p50: { hours: 161, days: 7, previousMs: 20.4, currentMs: 34.1, change: 0.67, pValue: 0.000_2 },
  p95: null,
  executions: 1_840,
  previousExecutions: 1_722,
  queries: 12.2,
  previousQueries: 3,
  firstSeenAt: '2026-11-19T14:00:00.000Z',
  around: [
    {
      at: '2026-11-19T13:52:10.000Z',
      kind: 'configuration',
      what: 'configuration new at a start: plugin.email.provider changed',
    },
  ],
  course: [
    { at: '2026-11-09T03:00:00.000Z', valueMs: 20.1 },
    { at: '2026-11-16T03:00:00.000Z', valueMs: 20.6 },
    { at: '2026-11-22T21:00:00.000Z', valueMs: 34.3 },
  ],
};

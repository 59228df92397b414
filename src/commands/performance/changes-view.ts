/** How hooks that were compared look. */
import type { HookChange, MeasuredChange } from '../../lib/performance/compare/hook-change.js';
import { describeMeasure } from '../../lib/performance/trends-document.js';
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

export function changesView(hooks: readonly HookChange[], theme: Theme): string {
  if (hooks.length === 0) return '';
  return theme.table(
    ['content type', 'operation', 'verdict', 'runs', 'median', 'p95', 'by chance', 'first seen'],
    hooks.map((hook) => [
      hook.contentType,
      hook.operation,
      theme.tone(TONES[hook.verdict], hook.verdict.replace('_', ' ')),
      `${theme.count(hook.previousExecutions)} → ${theme.count(hook.executions)}`,
      describeMeasure(hook.p50),
      describeMeasure(hook.p95),
      chanceOf(hook.measure === 'p95' ? hook.p95 : hook.p50),
      hook.firstSeenAt === null ? null : theme.time(hook.firstSeenAt),
    ]),
  );
}

/** Smaller probabilities mean no more. */
const SMALLEST = 0.001;

function chanceOf(made: MeasuredChange | null): string | null {
  if (made === null) return null;
  return made.pValue < SMALLEST ? `< ${SMALLEST}` : made.pValue.toFixed(3);
}

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
};

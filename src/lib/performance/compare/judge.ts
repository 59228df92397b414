/** What an operator should know of a comparison. Pure. */
import type { PerformanceHistory } from '../../contract/index.js';
import { countOf, formatDuration, formatPercent } from '../../measures.js';
import type { Finding } from '../../status.js';
import type { HookChange, MeasuredChange } from './hook-change.js';
import { FEWEST_DAYS } from './measure.js';

export function judgeChanges(hooks: readonly HookChange[], previous: PerformanceHistory['window']): Finding[] {
  return [...hooks.flatMap(judgeHook), ...judgeHistory(hooks, previous)];
}

function judgeHook(hook: HookChange): Finding[] {
  const words = describeChange(hook);
  if (words === undefined) return [];
  const subject = `${hook.contentType} ${hook.operation}`;
  if (hook.verdict === 'faster') {
    return [{ code: 'VOPS-PERFORMANCE-IMPROVED', severity: 'info', message: `${subject} is faster: ${words}` }];
  }
  return [
    {
      code: 'VOPS-PERFORMANCE-REGRESSION',
      severity: 'warning',
      message: `${subject} is slower: ${words}`,
      hint: hintOf(hook),
    },
  ];
}

/** `median 20 ms → 34 ms (+70 %), first seen …; …`; undefined where nothing has changed. */
function describeChange({ measure, p50, p95, firstSeenAt, around }: HookChange): string | undefined {
  const made = measure === 'p95' ? p95 : p50;
  if (measure === null || made === null) return undefined;
  const name = measure === 'p50' ? 'median' : 'p95';
  const times = `${name} ${formatDuration(made.previousMs)} → ${formatDuration(made.currentMs)} (${formatChange(made)})`;
  const seen = firstSeenAt === null ? [] : [`first seen ${firstSeenAt}`];
  const causes = around.map(({ at, what }) => `${what} (${at})`);
  return [[times, ...seen].join(', '), ...causes].join('; ');
}

/** `+70 %`. */
export const formatChange = ({ change }: MeasuredChange): string =>
  `${change > 0 ? '+' : ''}${formatPercent(Math.round(change * 100) / 100)}`;

/** Half as many statements again are no chance: the number of them hardly scatters. */
const MORE_QUERIES = 1.5;

function hintOf({ queries, previousQueries, around }: HookChange): string {
  if (queries !== null && previousQueries !== null && queries > MORE_QUERIES * Math.max(1, previousQueries)) {
    const round = (count: number) => Math.round(count * 10) / 10;
    return `it sends ${round(queries)} SQL statements a run instead of ${round(previousQueries)}: look for a query in a loop`;
  }
  return around.length > 0
    ? 'was it what was changed then? and: viktoria-ops performance bottlenecks'
    : 'viktoria-ops performance bottlenecks says where its time goes, viktoria-ops db slow-queries which statements take longer';
}

function judgeHistory(hooks: readonly HookChange[], previous: PerformanceHistory['window']): Finding[] {
  const compared = hooks.filter(({ p50, p95 }) => p50 !== null || p95 !== null);
  if (compared.length > 0) return [];
  const reason =
    previous.coverage === 0
      ? `nothing was recorded between ${previous.from} and ${previous.to}`
      : `none of ${countOf(hooks.length, 'hook')} ran often enough on ${FEWEST_DAYS} days of both periods`;
  return [
    {
      code: 'VOPS-PERFORMANCE-SHORT-HISTORY',
      severity: 'unknown',
      message: `there is too little to compare: ${reason}`,
      hint: 'two weeks of history make a comparison; until then: viktoria-ops performance summary',
    },
  ];
}

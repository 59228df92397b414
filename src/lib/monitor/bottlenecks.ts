/** Why a hook costs time. Pure. */
import type { BottleneckCause, HookMetric } from '../contract/index.js';

/** Guide: hook execution time < 100 ms on average. */
const TARGET_MS = 100;
/** A p99 this many times the median: most runs are fine, some are not, as with locks or rare large inputs. */
const UNEVEN_RATIO = 10;
/** Statements a run from which on they look like a loop: one each, where one for all would do. */
const MANY_QUERIES = 10;
/** The share of a hook's own time from which on the database is where it is spent. */
const MOST = 0.5;

export interface Reason {
  readonly cause: BottleneckCause;
  /** In words, with its figures. */
  readonly reason: string;
}

interface Figures {
  readonly runs: string;
  readonly averageMs: number;
  readonly ownMs: number;
  readonly queries: number;
  /** Share of its own time spent in statements. */
  readonly inQueries: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The first reason that holds. */
export function bottleneckReason(metric: HookMetric): Reason {
  const figures = figuresOf(metric);
  if (figures === undefined) return { cause: 'frequent', reason: 'did not run' };
  const rule = RULES.find(({ holds }) => holds(figures)) ?? FREQUENT;
  return { cause: rule.cause, reason: rule.words(figures) };
}

function figuresOf(metric: HookMetric): Figures | undefined {
  const { averageExecutionTime: averageMs, averageOwnTime: ownMs, executions } = metric;
  if (averageMs === null || ownMs === null) return undefined;
  return {
    runs: `${executions} ${executions === 1 ? 'run' : 'runs'}`,
    averageMs,
    ownMs,
    queries: metric.averageQueries ?? 0,
    inQueries: ownMs > 0 ? (metric.averageQueryTime ?? 0) / ownMs : 0,
    p50Ms: metric.p50 ?? averageMs,
    p99Ms: metric.p99 ?? averageMs,
  };
}

interface Rule {
  readonly cause: BottleneckCause;
  readonly holds: (figures: Figures) => boolean;
  readonly words: (figures: Figures) => string;
}

const isSlow = ({ averageMs }: Figures) => averageMs > TARGET_MS;
const isUneven = ({ p50Ms, p99Ms }: Figures) => p99Ms > TARGET_MS && p99Ms > UNEVEN_RATIO * p50Ms;
const isInDatabase = ({ inQueries }: Figures) => inQueries > MOST;

const slow = ({ averageMs, runs }: Figures) => `slow: ${text(averageMs)} on average in ${runs}`;
const uneven = ({ runs, p50Ms, p99Ms }: Figures) =>
  `uneven: half of ${runs} take up to ${text(p50Ms)}, but 1 in 100 takes ${text(p99Ms)} or more`;
const database = ({ inQueries, queries }: Figures) =>
  `${Math.round(inQueries * 100)} % of its own time in ${Math.round(queries * 10) / 10} SQL statements a run`;

const RULES: readonly Rule[] = [
  {
    cause: 'nested',
    holds: (figures) => isSlow(figures) && figures.ownMs < figures.averageMs / 2,
    words: (figures) => `${slow(figures)}, most of it in the hooks it sets off`,
  },
  {
    cause: 'queries',
    holds: (figures) => figures.queries >= MANY_QUERIES && isInDatabase(figures),
    words: (figures) => `many queries: ${database(figures)}, ${figures.runs} of ${text(figures.averageMs)} on average`,
  },
  {
    cause: 'waiting',
    holds: (figures) => isUneven(figures) && isInDatabase(figures),
    words: (figures) => `${uneven(figures)}; ${database(figures)}`,
  },
  {
    cause: 'slow_query',
    holds: (figures) => isSlow(figures) && isInDatabase(figures),
    words: (figures) => `${slow(figures)}, ${database(figures)}`,
  },
  {
    cause: 'slow',
    holds: (figures) => isSlow(figures) && !isUneven(figures),
    words: (figures) => `${slow(figures)}; the target is ${text(TARGET_MS)}`,
  },
  { cause: 'uneven', holds: isUneven, words: uneven },
];

const FREQUENT: Omit<Rule, 'holds'> = {
  cause: 'frequent',
  words: ({ runs, averageMs }) => `adds up: ${runs} of ${text(averageMs)} on average`,
};

const text = (ms: number): string => `${ms >= 10 ? Math.round(ms) : Math.round(ms * 100) / 100} ms`;

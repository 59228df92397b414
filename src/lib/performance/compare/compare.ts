/** Two periods of all hooks, held against each other. Pure. */
import type { Performance } from '../../config/performance.js';
import type { HookHour, PerformanceHistory } from '../../contract/index.js';
import { adjustForMany, median } from '../../statistics/index.js';
import { circumstancesAround, firstSeen } from './first-seen.js';
import type { Circumstance, HookChange, MeasuredChange } from './hook-change.js';
import { type Measure, measureChange } from './measure.js';

type Hook = PerformanceHistory['hooks'][number];
type Limits = Pick<Performance, 'change' | 'changeAbove' | 'falseDiscoveryRate' | 'changesWithin'>;

export interface Comparison {
  readonly previous: PerformanceHistory;
  readonly current: PerformanceHistory;
  readonly circumstances: readonly Circumstance[];
}

interface Compared {
  readonly previous: Hook | undefined;
  readonly current: Hook | undefined;
  readonly p50: MeasuredChange | null;
  readonly p95: MeasuredChange | null;
}

/** One line a hook: what costs more time than before first, then what costs less. */
export function compareHooks({ previous, current, circumstances }: Comparison, limits: Limits): HookChange[] {
  const from = Date.parse(current.window.from);
  const compared = pairHooks(previous.hooks, current.hooks).map((hook) => {
    const hours = { previous: hook.previous?.hours ?? [], current: hook.current?.hours ?? [], from };
    return { ...hook, p50: measureChange('p50', hours), p95: measureChange('p95', hours) };
  });
  return withAdjusted(compared)
    .map((hook) => describe(hook, circumstances, limits))
    .sort((one, other) => ORDER[one.verdict] - ORDER[other.verdict] || weightOf(other) - weightOf(one));
}

const ORDER = { slower: 0, faster: 1, new: 2, gone: 3, steady: 4, insufficient_data: 5 } as const;

/** Time a period that the change makes; else how often it runs. */
function weightOf({ p50, p95, measure, executions }: HookChange): number {
  const change = measure === 'p95' ? p95 : p50;
  return measure === null || change === null ? executions : Math.abs(change.currentMs - change.previousMs) * executions;
}

function pairHooks(previous: readonly Hook[], current: readonly Hook[]) {
  const before = new Map(previous.map((hook) => [keyOf(hook), hook]));
  const now = new Map(current.map((hook) => [keyOf(hook), hook]));
  return [...new Set([...now.keys(), ...before.keys()])].map((key) => ({
    previous: before.get(key),
    current: now.get(key),
  }));
}

const keyOf = ({ contentType, operation, source }: Hook): string => `${contentType}\n${operation}\n${source ?? ''}`;

/** All comparisons of all hooks are one family of questions. */
function withAdjusted(compared: readonly Compared[]): Compared[] {
  const adjusted = adjustForMany(compared.flatMap(({ p50, p95 }) => [p50, p95]).flatMap((made) => made?.pValue ?? []));
  let next = 0;
  const take = (made: MeasuredChange | null) => made && { ...made, pValue: adjusted[next++] ?? 1 };
  return compared.map((hook) => ({ ...hook, p50: take(hook.p50), p95: take(hook.p95) }));
}

function describe(hook: Compared, circumstances: readonly Circumstance[], limits: Limits): HookChange {
  const { previous, current, p50, p95 } = hook;
  const { contentType = '', operation = '', source = '' } = current ?? previous ?? {};
  const { verdict, measure } = judge(hook, limits);
  const hours = [...(previous?.hours ?? []), ...(current?.hours ?? [])];
  const firstSeenAt = measure === null ? null : firstSeen(hours, measure);
  return {
    contentType,
    operation,
    source,
    verdict,
    measure,
    p50,
    p95,
    executions: current?.executions ?? 0,
    previousExecutions: previous?.executions ?? 0,
    queries: current?.averageQueries ?? null,
    previousQueries: previous?.averageQueries ?? null,
    firstSeenAt,
    around: firstSeenAt === null ? [] : circumstancesAround(firstSeenAt, circumstances, limits.changesWithin),
    course: measure === null ? [] : courseOf(hours, measure),
  };
}

/** Hours in one point of a course: two weeks are then a small picture. */
const HOURS_A_POINT = 6;

function courseOf(hours: readonly HookHour[], measure: Measure): HookChange['course'] {
  const points = Array.from({ length: Math.ceil(hours.length / HOURS_A_POINT) }, (_, index) =>
    hours.slice(index * HOURS_A_POINT, (index + 1) * HOURS_A_POINT),
  );
  return points.flatMap((part) => {
    const [first] = part;
    return first ? [{ at: first.from, valueMs: median(part.map((hour) => hour[measure])) }] : [];
  });
}

function judge({ previous, current, ...made }: Compared, limits: Limits): Pick<HookChange, 'verdict' | 'measure'> {
  if (!previous || previous.executions === 0) return { verdict: 'new', measure: null };
  if (!current || current.executions === 0) return { verdict: 'gone', measure: null };
  if (made.p50 === null && made.p95 === null) return { verdict: 'insufficient_data', measure: null };
  const measure = (['p50', 'p95'] as const satisfies Measure[]).find((each) => isChange(made[each], limits));
  if (measure === undefined) return { verdict: 'steady', measure: null };
  return { verdict: (made[measure]?.change ?? 0) > 0 ? 'slower' : 'faster', measure };
}

/** Unlikely to be chance, and large enough to matter. */
function isChange(made: MeasuredChange | null, { change, changeAbove, falseDiscoveryRate }: Limits): boolean {
  if (made === null || made.pValue > falseDiscoveryRate) return false;
  const isLarge = made.change >= change || made.change <= 1 / (1 + change) - 1;
  return isLarge && Math.abs(made.currentMs - made.previousMs) >= changeAbove;
}

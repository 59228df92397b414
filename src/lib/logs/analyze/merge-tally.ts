/** What several analyzers have counted, as one. */
import { type Durations, mergeDurations } from './durations.js';
import type { Quarter, Tally, TemplateCount } from './tally.js';
import type { Counted, Top } from './top.js';

/** A tally as a worker sends it: its members, without its methods. */
export type TallyData = Pick<Tally, 'levels' | 'quarters' | 'firstAt' | 'lastAt' | 'undated' | 'earlier' | 'beyond'> & {
  readonly hooks: TopData<Durations>;
  readonly routes: TopData<Durations>;
  readonly templates: readonly TopData<TemplateCount>[];
};
type TopData<T extends Counted> = Pick<Top<T>, 'items' | 'restCount'>;

/** Adds `from` to `to`, and may keep parts of it. */
export function mergeTally(to: Tally, from: TallyData): void {
  for (const [rank, count] of from.levels.entries()) to.levels[rank] = (to.levels[rank] ?? 0) + count;
  for (const [number, quarter] of from.quarters) mergeQuarter(to.quarters, number, quarter);
  mergeTop(to.hooks, from.hooks, mergeDurations);
  mergeTop(to.routes, from.routes, mergeDurations);
  for (const [rank, top] of to.templates.entries()) {
    const more = from.templates[rank];
    if (more) mergeTop(top, more, mergeGroups);
  }
  to.firstAt = earliest(to.firstAt, from.firstAt);
  to.lastAt = latest(to.lastAt, from.lastAt);
  to.undated += from.undated;
  to.earlier += from.earlier;
  to.beyond += from.beyond;
}

function mergeQuarter(quarters: Map<number, Quarter>, number: number, more: Quarter): void {
  const known = quarters.get(number);
  if (known === undefined) return void quarters.set(number, more);
  known.entries += more.entries;
  known.warnings += more.warnings;
  known.errors += more.errors;
}

function mergeTop<T extends Counted>(to: Top<T>, from: TopData<T>, merge: (known: T, more: T) => void): void {
  to.restCount += from.restCount;
  for (const [key, item] of from.items) {
    const known = to.get(key);
    if (known === undefined) to.set(key, item);
    else merge(known, item);
  }
}

function mergeGroups(known: TemplateCount, more: TemplateCount): void {
  // The example is the earlier one, whichever worker came first.
  if (more.firstAt < known.firstAt) [known.example, known.stack] = [more.example, more.stack];
  known.count += more.count;
  known.firstAt = earliest(known.firstAt, more.firstAt);
  known.lastAt = latest(known.lastAt, more.lastAt);
}

/** NaN is no time. */
const earliest = (a: number, b: number): number => (a <= b || Number.isNaN(b) ? a : b);
const latest = (a: number, b: number): number => (a >= b || Number.isNaN(b) ? a : b);

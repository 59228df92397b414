/** What is known of each resource: a value a day, from every source there is. */
import { createDailyMedians, DAY_MS } from './daily-medians.js';
import type { DayValue } from './forecast/series.js';

export interface ResourceHistory {
  readonly resource: string;
  /** The latest that was told. */
  readonly limit: number | null;
  /** In order, none twice, at least one. */
  readonly days: readonly DayValue[];
}

export interface Point {
  readonly resource: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
  readonly limit: number | null;
}

/** Points of every source and in any order → a history of each resource. */
export function collectHistory(points: Iterable<Point>): ResourceHistory[] {
  const medians = createDailyMedians();
  const known = new Map<string, { readonly index: number; limit: number | null; at: number }>();
  for (const { resource, at, value, limit } of points) {
    let entry = known.get(resource);
    if (!entry) known.set(resource, (entry = { index: known.size, limit, at }));
    if (at >= entry.at) Object.assign(entry, { limit, at });
    medians.add(entry.index, Math.floor(at / DAY_MS), value);
  }
  return [...known]
    .map(([resource, { index, limit }]) => ({ resource, limit, days: medians.daysOf(index) }))
    .filter(({ days }) => days.length > 0);
}

/** Days since 1970 → `2026-11-23`. */
export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

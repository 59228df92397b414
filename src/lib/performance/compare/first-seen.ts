/** When a hook's times moved, and what happened then. Pure. */
import type { ConfigChange, HookHour } from '../../contract/index.js';
import { changePoint, median } from '../../statistics/index.js';
import type { Circumstance } from './hook-change.js';

const HOURS_A_DAY = 24;
const HOUR_MS = 3_600_000;
/** Where a change is seen is known to the hour. */
const SLACK_MS = HOUR_MS;
const CIRCUMSTANCES_NAMED = 3;
const PATHS_NAMED = 3;

/** The start of the first hour on the new level; hours of the day are held against their like. */
export function firstSeen(hours: readonly HookHour[], measure: 'p50' | 'p95'): string | null {
  const logarithms = hours.map((hour) => Math.log(Math.max(hour[measure], Number.MIN_VALUE)));
  const ofDay: number[][] = Array.from({ length: HOURS_A_DAY }, () => []);
  for (const [index, hour] of hours.entries()) ofDay[hourOfDay(hour)]?.push(logarithms[index] ?? 0);
  const usual = ofDay.map(median);
  const index = changePoint(hours.map((hour, place) => (logarithms[place] ?? 0) - (usual[hourOfDay(hour)] ?? 0)));
  return index === undefined ? null : (hours[index]?.from ?? null);
}

const hourOfDay = ({ from }: HookHour): number => new Date(from).getUTCHours();

/** What lies within so many ms before `at`, or within the hour after it, the nearest first. */
export function circumstancesAround(
  at: string,
  circumstances: readonly Circumstance[],
  withinMs: number,
): Circumstance[] {
  const distance = (circumstance: Circumstance) => Date.parse(at) - Date.parse(circumstance.at);
  return circumstances
    .filter((circumstance) => distance(circumstance) <= withinMs && distance(circumstance) >= -SLACK_MS)
    .sort((one, other) => Math.abs(distance(one)) - Math.abs(distance(other)))
    .slice(0, CIRCUMSTANCES_NAMED);
}

/** Changes of the configuration and starts of processes as circumstances; a change found at a start is named once. */
export function circumstancesOf(changes: readonly ConfigChange[], starts: readonly string[]): Circumstance[] {
  return [
    ...changes.map(({ timestamp, seen, changes: paths }) => ({
      at: timestamp,
      kind: 'configuration' as const,
      what: `configuration ${seen === 'boot' ? 'new at a start' : 'file changed'}: ${namesOf(paths)}`,
    })),
    ...[...new Set(starts)].map((at) => ({ at, kind: 'start' as const, what: 'the application started' })),
  ];
}

function namesOf(paths: ConfigChange['changes']): string {
  const named = paths.slice(0, PATHS_NAMED).map(({ path, kind }) => `${path} ${kind}`);
  const more = paths.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

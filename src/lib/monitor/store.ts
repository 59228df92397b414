/** Where finished minutes go. In memory: minutes for a day, hours for two weeks; both bounded. */
import { HOUR_MS, startOf } from './periods.js';
import { mergeByHook, type Rollup, type Tallies, toRollup } from './rollup.js';

export interface Store {
  /** How far back it remembers. */
  readonly keptMs: number;
  /** Takes over a finished minute; each later than the one before. */
  readonly append: (minute: Rollup) => void;
  /**
   * What was appended from `from` (inclusive) to `to` (exclusive), every run once. Both at the start of a minute, or
   * of an hour where only hours are kept.
   */
  readonly read: (from: number, to: number) => Rollup[];
}

/** Longer than any window that is answered by the minute, by the hour such a window may begin in. */
const MINUTES_KEPT_MS = 25 * HOUR_MS;
/** Two weeks to compare one with the other, and the hour under way. */
const HOURS_KEPT_MS = (14 * 24 + 1) * HOUR_MS;

export function createMemoryStore(): Store {
  const minutes = new Map<number, Rollup>();
  const hours = new Map<number, Rollup>();
  let openHour: { from: number; tallies: Tallies } = { from: 0, tallies: new Map() };

  const closeHour = (from: number) => {
    if (openHour.tallies.size > 0) keep(hours, toRollup(openHour.from, openHour.tallies), HOURS_KEPT_MS);
    openHour = { from, tallies: new Map() };
  };

  return {
    keptMs: HOURS_KEPT_MS,
    append(minute) {
      keep(minutes, minute, MINUTES_KEPT_MS);
      const hour = startOf(minute.from, HOUR_MS);
      if (hour !== openHour.from) closeHour(hour);
      mergeByHook([minute], openHour.tallies);
    },
    read(from, to) {
      // Whole hours as hours: a day is some 80 rollups to add up instead of 1,440.
      const firstHour = Math.min(to, Math.ceil(from / HOUR_MS) * HOUR_MS);
      const lastHour = Math.max(firstHour, startOf(to, HOUR_MS));
      const within = (start: number, end: number) => (rollup: Rollup) => rollup.from >= start && rollup.from < end;
      const hourly = [...hours.values(), toRollup(openHour.from, openHour.tallies)];
      return [
        ...[...minutes.values()].filter(within(from, firstHour)),
        ...hourly.filter(within(firstHour, lastHour)),
        ...[...minutes.values()].filter(within(lastHour, to)),
      ];
    },
  };
}

function keep(rollups: Map<number, Rollup>, added: Rollup, keptMs: number): void {
  rollups.set(added.from, added);
  for (const start of rollups.keys()) if (start <= added.from - keptMs) rollups.delete(start);
}

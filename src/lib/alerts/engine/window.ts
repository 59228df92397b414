/** Weekly maintenance windows in the time of a place. */
import { type MaintenanceWindow, WEEKDAYS } from './evaluation.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Whether the window is open at this moment. It opens at the local time, on the days named, and stays open for its
 * duration in real time. Where clocks skip the hour it opens at, it opens that much later; where an hour comes twice, at the first.
 */
export function isOpen({ days, startMinute, durationMs, timeZone }: MaintenanceWindow, now: Date): boolean {
  const today = Math.floor(localTime(now.getTime(), timeZone) / DAY_MS) * DAY_MS;
  for (let day = today; day + 2 * DAY_MS > now.getTime() - durationMs; day -= DAY_MS) {
    const weekday = WEEKDAYS[new Date(day).getUTCDay()];
    const openedAt = instantOf(day + startMinute * MINUTE_MS, timeZone);
    const isOpenNow = openedAt <= now.getTime() && now.getTime() < openedAt + durationMs;
    if (weekday && days.includes(weekday) && isOpenNow) return true;
  }
  return false;
}

/** When clocks there show this: `local` is a Unix time as if the place were in UTC. */
function instantOf(local: number, timeZone: string): number {
  const offsets = [local - DAY_MS, local + DAY_MS].map((time) => localTime(time, timeZone) - time);
  const candidates = offsets.map((offset) => local - offset);
  const exact = candidates.filter((instant) => localTime(instant, timeZone) === local);
  // In a skipped hour neither fits; the offset before it gives the moment after.
  return exact.length > 0 ? Math.min(...exact) : (candidates[0] ?? local);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks there show at this moment, as if the place were in UTC. */
function localTime(instant: number, timeZone: string): number {
  const format = formats.get(timeZone) ?? formatOf(timeZone);
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
}

const formatOf = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

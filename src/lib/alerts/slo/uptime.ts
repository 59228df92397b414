/** The history of the application's uptime, a minute at a time: equal minutes in a row are one entry. Pure. */
import * as z from 'zod';
import type { Value } from '../../conditions/index.js';

export const MINUTE_MS = 60_000;
/** Minutes with probes that are kept: 31 days. The newest stay, whatever a clock says. */
const MAX_MINUTES = 31 * 1440;

const Count = z.int().min(0);

/** So many minutes in a row with so many good, bad and unknown probes in each. */
const Run = z.tuple([z.int().min(1), Count, Count, Count]);
export type Run = z.output<typeof Run>;

export const UptimeHistory = z.strictObject({
  /** The first minute of the first run, since the epoch. */
  start: z.int(),
  /** Without gaps: a minute without probes has no good, no bad and no unknown one. */
  runs: z.array(Run),
});
export type UptimeHistory = z.output<typeof UptimeHistory>;

export type Probe = 'good' | 'bad' | 'unknown';

/** What `system.status` says of the uptime: an application in trouble is up as long as it serves. */
export function probeOf(status: Value): Probe {
  if (status === null) return 'unknown';
  return status === 'critical' ? 'bad' : 'good';
}

export const minuteOf = (time: Date): number => Math.floor(time.getTime() / MINUTE_MS);

/** The history with one more probe, also in a minute of the past: a clock may have stepped back. */
export function recordProbe(history: UptimeHistory | undefined, probe: Probe, now: Date): UptimeHistory {
  const minute = minuteOf(now);
  const { start, runs } = reachingTo(history ?? { start: minute, runs: [] }, minute);
  const recorded: Run[] = [];
  let begin = start;
  for (const run of runs) {
    const offset = minute - begin;
    begin += run[0];
    if (offset < 0 || offset >= run[0]) recorded.push(run);
    else recorded.push(...splitAt(run, offset, probe));
  }
  return prune({ start, runs: merge(recorded) });
}

/** The history, extended by empty minutes so that it holds this one. */
function reachingTo({ start, runs }: UptimeHistory, minute: number): UptimeHistory {
  if (minute < start) return { start: minute, runs: [[start - minute, 0, 0, 0], ...runs] };
  const missing = minute + 1 - endOf({ start, runs });
  return missing > 0 ? { start, runs: [...runs, [missing, 0, 0, 0]] } : { start, runs };
}

/** The minute after the last. */
const endOf = ({ start, runs }: UptimeHistory): number => runs.reduce((end, [minutes]) => end + minutes, start);

function splitAt([minutes, good, bad, unknown]: Run, offset: number, probe: Probe): Run[] {
  const counts = { good, bad, unknown };
  counts[probe] += 1;
  const pieces: Run[] = [
    [offset, good, bad, unknown],
    [1, counts.good, counts.bad, counts.unknown],
    [minutes - offset - 1, good, bad, unknown],
  ];
  return pieces.filter(([length]) => length > 0);
}

function merge(runs: readonly Run[]): Run[] {
  const merged: Run[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (last && last[1] === run[1] && last[2] === run[2] && last[3] === run[3]) {
      merged[merged.length - 1] = [last[0] + run[0], last[1], last[2], last[3]];
    } else merged.push(run);
  }
  return merged;
}

const isEmpty = ([, good, bad, unknown]: Run) => good + bad + unknown === 0;

/** Without the oldest minutes beyond what is kept, nor the empty ones that were between. */
function prune({ start, runs }: UptimeHistory): UptimeHistory {
  let excess = runs.reduce((sum, run) => sum + (isEmpty(run) ? 0 : run[0]), -MAX_MINUTES);
  if (excess <= 0) return { start, runs };
  let first = start;
  const kept: Run[] = [];
  for (const run of runs) {
    const [minutes, ...counts] = run;
    const isLeading = kept.length === 0;
    const dropped = !isLeading ? 0 : isEmpty(run) ? minutes : Math.min(minutes, excess);
    if (!isEmpty(run)) excess -= dropped;
    first += dropped;
    if (dropped < minutes) kept.push([minutes - dropped, ...counts]);
  }
  return { start: first, runs: kept };
}

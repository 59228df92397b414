/** Time between evaluations: clocks that step back, hours in which nobody looked. */
import type { AlertRecord, AlertState } from './alert-state.js';

/** Longer without an evaluation, and what was pending has to prove itself anew; as Prometheus after an outage. */
export const GAP_MS = 3_600_000;

/**
 * The state as seen from `now`. When the clock stepped back, every time moves with it: all ages are what they were at the
 * last evaluation, so that nothing waits for the clock to catch up. After a gap, time in which nobody looked counts
 * neither as holding nor as unknown.
 */
export function atPresent(state: AlertState, now: number): AlertState {
  const evaluatedAt = state.evaluatedAt ?? now;
  const stepMs = Math.max(0, evaluatedAt - now);
  const isGap = now - evaluatedAt > GAP_MS;
  const adjust = (record: AlertRecord) => {
    const moved = stepMs > 0 ? moveTimes(record, stepMs) : record;
    return isGap ? restartTimers(moved, now) : moved;
  };
  const alerts = new Map<string, AlertRecord>();
  for (const [rule, record] of state.alerts) alerts.set(rule, adjust(record));
  return { ...state, alerts };
}

function moveTimes(record: AlertRecord, stepMs: number): AlertRecord {
  const move = (time: number) => time - stepMs;
  const moveAny = (time: number | undefined) => (time === undefined ? undefined : move(time));
  return {
    ...record,
    pendingSince: moveAny(record.pendingSince),
    firedAt: moveAny(record.firedAt),
    clearSince: moveAny(record.clearSince),
    unknownSince: moveAny(record.unknownSince),
    told: record.told.map((told) => ({ ...told, at: move(told.at) })),
  };
}

function restartTimers(record: AlertRecord, now: number): AlertRecord {
  if (record.pendingSince === undefined && record.unknownSince === undefined) return record;
  const restart = (time: number | undefined) => (time === undefined ? undefined : now);
  return { ...record, pendingSince: restart(record.pendingSince), unknownSince: restart(record.unknownSince) };
}

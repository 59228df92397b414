/** How quickly incidents are taken up and ended. Pure. */
import type { Incident } from './incident.js';

export interface Figures {
  /** Mean time to acknowledge, over those acknowledged; null for none. */
  readonly mttaMs: number | null;
  readonly acknowledged: number;
  /** Mean time to resolve, over those resolved; null for none. */
  readonly mttrMs: number | null;
  readonly resolved: number;
}

export function figuresOf(incidents: readonly Incident[]): Figures {
  const tookUntil = (end: (incident: Incident) => string | null) =>
    incidents.flatMap((incident) => {
      const time = end(incident);
      return time === null ? [] : [Math.max(0, Date.parse(time) - Date.parse(incident.openedAt))];
    });
  const toAcknowledge = tookUntil(({ acknowledgedAt }) => acknowledgedAt);
  const toResolve = tookUntil(({ resolvedAt }) => resolvedAt);
  return {
    mttaMs: mean(toAcknowledge),
    acknowledged: toAcknowledge.length,
    mttrMs: mean(toResolve),
    resolved: toResolve.length,
  };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

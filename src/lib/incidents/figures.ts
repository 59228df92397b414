/** How quickly incidents are taken up and ended. Pure. */
import type { Incident } from './incident.js';

export interface Figures {
  /** Mean time to acknowledge, over all acknowledgements: of one that came back, each from when it did; null for none. */
  readonly mttaMs: number | null;
  readonly acknowledged: number;
  /** Mean time to resolve, over those resolved; null for none. */
  readonly mttrMs: number | null;
  readonly resolved: number;
}

export function figuresOf(incidents: readonly Incident[]): Figures {
  const toAcknowledge = incidents.flatMap(waitsOf);
  const toResolve = incidents.flatMap(({ openedAt, resolvedAt }) =>
    resolvedAt === null ? [] : [Math.max(0, Date.parse(resolvedAt) - Date.parse(openedAt))],
  );
  return {
    mttaMs: mean(toAcknowledge),
    acknowledged: toAcknowledge.length,
    mttrMs: mean(toResolve),
    resolved: toResolve.length,
  };
}

/** How long it waited until somebody took it, each time that somebody did. */
export function waitsOf({ timeline }: Incident): number[] {
  let since = Number.NaN;
  return timeline.flatMap(({ kind, at }) => {
    if (kind === 'opened' || kind === 'reopened') since = Date.parse(at);
    return kind === 'acknowledged' ? [Math.max(0, Date.parse(at) - since)] : [];
  });
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Flags in words, for screens and reports. */
import { countOf, formatPercent } from '../measures.js';
import type { Effect } from './effect.js';
import type { Flag } from './flag.js';

/** What it says now: `on`, `off`, `25 %`; null where that depends on who asks, or is not known. */
export function describeAnswer({ enabled, percentage }: Flag): string | null {
  if (percentage !== null) return `${percentage} %`;
  return enabled === null ? null : enabled ? 'on' : 'off';
}

/** `on since 2026-10-02`. */
export function describeUsage({ usage }: Flag): string | null {
  return usage?.answer && usage.answerSince ? `${usage.answer} since ${usage.answerSince}` : null;
}

/** `better, -12 %`; `no clear difference`; `insufficient data (14 and 4 days)`: before and after. */
export function describeEffect({ metric, verdict, change, daysBefore, daysAfter }: Effect): string {
  if (change === null) return `insufficient data (${daysBefore} and ${daysAfter} days)`;
  if (verdict === 'no_difference') return 'no clear difference';
  const size = metric === 'duration' ? formatPercent(round(change)) : `${(change * 100).toFixed(2)} points`;
  return `${verdict}, ${change > 0 ? '+' : ''}${size}`;
}

/** What the search covered. */
export function describeSearch({
  files,
  skipped,
  dynamic,
}: {
  readonly files: number;
  readonly skipped: readonly unknown[];
  readonly dynamic: { readonly count: number };
}): string {
  const dark =
    dynamic.count === 0 ? '' : `; ${countOf(dynamic.count, 'place')} with a name that only the program knows`;
  return `${countOf(files, 'source file')} searched, ${skipped.length} skipped${dark}`;
}

export const formatShare = (share: number | null): string | null =>
  share === null ? null : formatPercent(round(share));

const round = (fraction: number) => Math.round(fraction * 1_000) / 1_000;

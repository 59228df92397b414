/** Periods, and how much of them was seen. */
import type { HookPerformance } from '../../contract/index.js';
import { MILLISECONDS, parseDuration } from '../../units.js';
import { type Inquiry, nothingScraped, type Period } from './inquiry.js';

type Window = HookPerformance['window'];

/** The last `24h`, or whatever the route was asked for. */
export function lastPeriod({ now }: Inquiry, window = '24h'): Period {
  return { from: now - (parseDuration(window) ?? MILLISECONDS.d), to: now };
}

/** Errors: `VOPS-METRICS-ABSENT` where nothing of the application was scraped in it: no figures are not figures of 0. */
export async function observedWindow(inquiry: Inquiry, period: Period): Promise<Window> {
  const window = await windowOf(inquiry, period);
  if (window.coverage === 0) throw nothingScraped(inquiry);
  return window;
}

export async function windowOf({ coverage }: Inquiry, period: Period): Promise<Window> {
  const share = await coverage(period);
  return { from: new Date(period.from).toISOString(), to: new Date(period.to).toISOString(), coverage: share };
}

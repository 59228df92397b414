import { HOOKS } from '../hooks.js';
import type { Inquiry } from '../inquiry.js';
import { lastPeriod, observedWindow } from '../window.js';

/** `GET /errors/count/:window`. */
export async function errorCount(inquiry: Inquiry, { window }: { readonly window: string }): Promise<number> {
  const period = lastPeriod(inquiry, window);
  const [[line]] = await Promise.all([inquiry.counted(HOOKS.errors, period, []), observedWindow(inquiry, period)]);
  return Math.round(line?.value ?? 0);
}

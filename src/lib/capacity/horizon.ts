/** How far ahead, as operators say it. */
import * as z from 'zod';

const DAYS = { d: 1, day: 1, w: 7, week: 7, month: 365 / 12, y: 365, year: 365 } as const satisfies Record<
  string,
  number
>;
const FORM = /^(\d{1,4})\s*(d|day|w|week|month|y|year)s?$/i;
/** Beyond, no history of a computer reaches. */
const MOST_DAYS = 3_650;

/** The guide's horizon, and how far a forecast goes when nobody says. */
export const LONGEST_DAYS = Math.round(6 * DAYS.month);

/** Whole days in `90d`, `12w`, `6months`, `1year`; undefined for anything else. */
function daysIn(text: string): number | undefined {
  const [, amount, unit] = FORM.exec(text.trim()) ?? [];
  const factor = Object.entries(DAYS).find(([name]) => name === unit?.toLowerCase())?.[1];
  if (factor === undefined) return undefined;
  const days = Math.round(Number(amount) * factor);
  return days >= 1 && days <= MOST_DAYS ? days : undefined;
}

const EXPECTED = 'expected days, weeks, months or years, such as 90d, 12w, 6months or 1year (ten years at most)';

/** Schema: text in, days out. */
export const Horizon = z.string({ error: EXPECTED }).transform((text, context) => {
  const days = daysIn(text);
  if (days !== undefined) return days;
  context.addIssue({ code: 'custom', message: EXPECTED });
  return z.NEVER;
});

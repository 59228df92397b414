/** When a forecast reaches a limit. Pure. */

/** What a day to come will bring: most likely, and the ends of the interval. */
export interface Outlook {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

/** Days from the last value; null: not within the horizon. */
export interface DaysToLimit {
  readonly early: number | null;
  readonly likely: number | null;
  readonly late: number | null;
}

/** @param outlooks of the days after the last value, in order. */
export function daysToLimit(outlooks: readonly Outlook[], limit: number): DaysToLimit {
  const firstDay = (end: keyof Outlook): number | null => {
    const index = outlooks.findIndex((outlook) => outlook[end] >= limit);
    return index === -1 ? null : index + 1;
  };
  return { early: firstDay('high'), likely: firstDay('likely'), late: firstDay('low') };
}

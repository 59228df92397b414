/** What a condition is computed over. `null` is "unknown": a metric that was not measured, a rate of nothing. */
export type Value = number | string | boolean | null;

/** True, false, or unknown: the three values of Kleene's logic. */
export type Truth = boolean | null;

/** A clock set right after it was a little ahead; more than that is a clock that was wrong. */
export const CLOCKS_DIFFER_MS = 3_600_000;

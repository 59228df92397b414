/** The Apdex: satisfied and half of the tolerating, as a share of all. Source: Apdex Alliance, technical specification 1.1. Pure. */

/** Requests up to four times the threshold are tolerated. */
export const TOLERATED = 4;

export interface Audience {
  readonly satisfied: number;
  readonly tolerating: number;
  /** Those frustrated too: slower ones and those that failed. */
  readonly all: number;
}

/** 0..1; null where nobody was there. */
export const apdex = ({ satisfied, tolerating, all }: Audience): number | null =>
  all === 0 ? null : (satisfied + tolerating / 2) / all;

/** Of single requests; one that failed frustrates however quick it was. */
export function audienceOf(
  requests: readonly { readonly latencyMs: number; readonly isGood: boolean }[],
  thresholdMs: number,
): Audience {
  const within = (limitMs: number) => requests.filter(({ latencyMs, isGood }) => isGood && latencyMs <= limitMs).length;
  const satisfied = within(thresholdMs);
  return { satisfied, tolerating: within(thresholdMs * TOLERATED) - satisfied, all: requests.length };
}

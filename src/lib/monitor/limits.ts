/** Bounds on how often something is done. */

/** Leaves out what comes within so many milliseconds of the last. */
export function atMostEvery<Args extends readonly unknown[]>(
  pauseMs: number,
  work: (...args: Args) => void,
): (...args: Args) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (...args) => {
    if (performance.now() - last < pauseMs) return;
    last = performance.now();
    work(...args);
  };
}

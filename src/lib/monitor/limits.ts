/** Bounds on how often something is done. */

/** Leaves out what comes within a second of the last: whoever tries a thousand secrets must not fill an archive with it. */
export function atMostOnceASecond<Args extends readonly unknown[]>(
  work: (...args: Args) => void,
): (...args: Args) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (...args) => {
    if (performance.now() - last < 1_000) return;
    last = performance.now();
    work(...args);
  };
}

/** Something to wait for that may also come too early: a ring while nobody waits is not lost. */
export function createBell() {
  let isRung = false;
  let wake = () => {};
  return {
    ring: () => {
      isRung = true;
      wake();
    },
    /** Resolves at the next ring, or after this time. */
    next: (timeoutMs: number): Promise<void> =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          isRung = false;
          wake = () => {};
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        wake = done;
        if (isRung) done();
      }),
  };
}

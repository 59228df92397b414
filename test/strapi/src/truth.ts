// What hooks measure of themselves, apart from what watches them.

interface Truth {
  runs: number;
  failures: number;
  totalMs: number;
  longestMs: number;
}

export const truth: Record<string, Truth> = {};

/** Runs the body of a hook, and keeps how long it took and whether it threw. */
export function timed(name: string, body: (event: any) => unknown) {
  return async (event: any) => {
    truth[name] ??= { runs: 0, failures: 0, totalMs: 0, longestMs: 0 };
    const startedAt = performance.now();
    try {
      return await body(event);
    } catch (error) {
      truth[name].failures += 1;
      throw error;
    } finally {
      const ms = performance.now() - startedAt;
      truth[name].runs += 1;
      truth[name].totalMs += ms;
      truth[name].longestMs = Math.max(truth[name].longestMs, ms);
    }
  };
}

export const forget = () => {
  for (const name of Object.keys(truth)) delete truth[name];
};

import { type Check, type Diagnosis, ok, warning } from '../check.js';

/** Beyond this, times in reports no longer fit those in the logs of the server; NTP keeps clocks within milliseconds. */
const LARGEST_SKEW_MS = 2_000;

export const clock: Check = {
  name: 'clock',
  examine: async ({ server }) => diagnoseClock((await server).clockSkewMs),
};

export function diagnoseClock(skewMs: number): Diagnosis {
  const seconds = `${(Math.abs(skewMs) / 1_000).toFixed(1)} s`;
  if (Math.abs(skewMs) <= LARGEST_SKEW_MS) return ok(`within ${seconds} of the database server's`);
  const direction = skewMs > 0 ? 'behind' : 'ahead of';
  return warning(`this clock is ${seconds} ${direction} the database server's`, 'synchronise both by NTP: timedatectl');
}

import type { ResourceUsage } from '../../contract/index.js';
import { DAY_MS } from '../daily-medians.js';
import { median } from '../forecast/order-statistics.js';
import type { Resources } from '../sample.js';
import { RESOURCE_OF_MEASURE, usagePoints } from '../usage.js';
import type { Reading } from './reading.js';

/** The queue now, and what the application used in the last day: it forgets that after some weeks. */
export const application: Reading = {
  name: 'application',
  read: async ({ api, now }) => {
    const jobs = await api('jobs');
    const to = now();
    const usage = await api('usage', { from: new Date(+to - DAY_MS).toISOString(), to: to.toISOString() });
    return {
      'queue-size': { value: jobs.queueSize, limit: null },
      'queue-age': { value: jobs.oldestReadyAgeSeconds ?? 0, limit: null },
      ...medians(usage),
    };
  },
};

function medians(usage: readonly ResourceUsage[]): Resources {
  const points = usagePoints(usage);
  return Object.fromEntries(
    Object.entries(RESOURCE_OF_MEASURE).flatMap(([measure, { resource, limit }]) => {
      const values = points.filter((point) => point.measure === measure).map(({ value }) => value);
      return values.length === 0 ? [] : [[resource, { value: median(values), limit }]];
    }),
  );
}

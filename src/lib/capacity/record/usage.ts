import { median } from '../../statistics/index.js';
import { DAY_MS } from '../daily-medians.js';
import { RESOURCE_OF_MEASURE, usagePoints } from '../usage.js';
import type { Reading } from './reading.js';

/** What the application used in the last day: it forgets that after some weeks. */
export const usage: Reading = {
  name: 'usage of the application',
  read: async ({ api, now }) => {
    const to = now();
    const lines = await api('usage', { from: new Date(+to - DAY_MS).toISOString(), to: to.toISOString() });
    const points = usagePoints(lines);
    return Object.fromEntries(
      Object.entries(RESOURCE_OF_MEASURE).flatMap(([measure, { resource, limit }]) => {
        const values = points.filter((point) => point.measure === measure).map(({ value }) => value);
        return values.length === 0 ? [] : [[resource, { value: median(values), limit }]];
      }),
    );
  },
};

import { DAY_MS } from '../daily-medians.js';
import { RESOURCE_OF_MEASURE, usagePoints } from '../usage.js';
import type { HistorySource } from './source.js';

/** As far as the application remembers. */
const DAYS = 35;

/** What the application tells of its past, in whole days. */
export const usage: HistorySource = {
  name: 'usage of the application',
  read: async ({ api, now }) => {
    const today = Math.floor(+now() / DAY_MS) * DAY_MS;
    const lines = await api('usage', {
      from: new Date(today - DAYS * DAY_MS).toISOString(),
      to: new Date(today - 1).toISOString(),
    });
    return usagePoints(lines).map(({ measure, at, value }) => {
      const { resource, limit } = RESOURCE_OF_MEASURE[measure];
      return { resource, at, value, limit };
    });
  },
};

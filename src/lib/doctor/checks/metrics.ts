import { type Check, failedBy, ok } from '../check.js';

/** Figures come from where `metrics.source` says: a Prometheus must be there, and know the application. */
export const metrics: Check = {
  name: 'metrics',
  examine: async ({ context }) => {
    const { source, url } = (await context.config()).metrics;
    if (source === 'api') return ok('figures come from the backend itself (metrics.source)');
    try {
      await context.api('errorCount', { window: '1h' });
    } catch (error) {
      return failedBy(error);
    }
    return ok(`${new URL(url).origin} has figures of the last hour`);
  },
};

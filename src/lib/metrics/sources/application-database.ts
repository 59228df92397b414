/** The database as the application sees it. */
import type { Source } from './source.js';

export const applicationDatabase: Source = {
  name: 'application-database',
  api: 'optional',
  read: async ({ context }) => {
    const { connectionPoolStatus: pool, queryPerformance } = await context.api('database');
    return {
      values: {
        'database.averageQueryTime': queryPerformance.averageQueryTime,
        'database.totalQueries': queryPerformance.totalQueries,
        'database.poolUsage': pool.max ? pool.active / pool.max : null,
        'database.poolWaiting': pool.waiting,
      },
    };
  },
};

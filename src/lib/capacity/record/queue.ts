import type { Reading } from './reading.js';

/** How many jobs wait, and for how long. */
export const queue: Reading = {
  name: 'queue',
  read: async ({ api }) => {
    const { queueSize, oldestReadyAgeSeconds } = await api('jobs');
    return {
      'queue-size': { value: queueSize, limit: null },
      'queue-age': { value: oldestReadyAgeSeconds ?? 0, limit: null },
    };
  },
};

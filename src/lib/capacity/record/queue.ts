import { wholeQueue } from '../../jobs/index.js';
import type { Reading } from './reading.js';

/** How many jobs wait, and for how long. */
export const queue: Reading = {
  name: 'queue',
  read: async (context) => {
    const { queueSize, oldestReadyAgeSeconds } = await wholeQueue(context);
    return {
      'queue-size': { value: queueSize, limit: null },
      'queue-age': { value: oldestReadyAgeSeconds ?? 0, limit: null },
    };
  },
};

/** Changes of the application's configuration since the last reading. */
import type { Source } from './source.js';

export const changes: Source = {
  name: 'changes',
  api: 'optional',
  // Remembered is the time of the newest one, by the application's clock: ours may be another.
  read: async ({ context, memory }) => {
    const times = (await context.api('configChanges')).map(({ timestamp }) => timestamp);
    const count = memory === undefined ? 0 : times.filter((time) => time > memory).length;
    const newest = times.toSorted().at(-1);
    return { values: { 'changes.config': count }, memory: newest ?? memory ?? '' };
  },
};

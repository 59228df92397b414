import type { Point } from '../history.js';
import { journalDirectory, readSamples } from '../journal.js';
import type { HistorySource } from './source.js';

/** What `capacity record` has kept. */
export const samples: HistorySource = {
  name: 'own samples',
  read: async (context) => {
    const points: Point[] = [];
    for await (const { at, resources } of readSamples(await journalDirectory(context))) {
      const time = Date.parse(at);
      for (const [resource, figures] of Object.entries(resources)) points.push({ resource, at: time, ...figures });
    }
    return points;
  },
};

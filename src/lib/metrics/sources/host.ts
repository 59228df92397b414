/** The host this runs on. */
import { readHost } from '../../system/index.js';
import type { Source } from './source.js';

export const host: Source = {
  name: 'host',
  read: async ({ config }) => {
    const { memoryUsage, loadPerProcessor, fileSystems } = await readHost(config.app.root);
    return {
      values: {
        'host.memoryUsage': memoryUsage,
        'host.loadPerProcessor': loadPerProcessor,
        'host.diskUsage': highest(fileSystems.map(({ usage }) => usage)),
        'host.inodeUsage': highest(fileSystems.map(({ inodeUsage }) => inodeUsage)),
      },
    };
  },
};

/** Of those that gave an answer. */
function highest(shares: readonly (number | null)[]): number | null {
  const known = shares.filter((share) => share !== null);
  return known.length === 0 ? null : Math.max(...known);
}

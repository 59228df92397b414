/** The host this runs on: load, memory and the file systems that matter. */
import { conclude } from '../../status.js';
import { readHost } from '../../system/index.js';
import type { HealthCheck } from '../check.js';
import { describeHost, judgeHost } from '../decide.js';

export const host: HealthCheck = {
  name: 'host',
  assess: async ({ context }) => {
    const config = await context.config();
    const figures = await readHost(config.app.root);
    return conclude(describeHost(figures), judgeHost(figures, config));
  },
};

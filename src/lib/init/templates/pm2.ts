/** PM2: the backend and its alerts as processes. */
import { environmentOption } from '../../environment-option.js';
import { fill, json } from '../fill.js';
import type { Template } from '../template.js';

export const pm2: Template = {
  name: 'pm2',
  summary: 'the backend and alerts watch as processes of PM2, the daily tier by its clock',
  check: 'node --check ecosystem.config.cjs',
  next: ['pm2 start pm2/ecosystem.config.cjs && pm2 save', 'the other tiers by cron: viktoria-ops init cron'],
  files: async ({ config, configFile }) => [
    {
      path: 'ecosystem.config.cjs',
      belongs: `${config.app.root}/ecosystem.config.cjs`,
      text: await fill('pm2/ecosystem.config.cjs', {
        root: json(config.app.root),
        config: json(configFile),
        environment: environmentOption(config),
      }),
    },
  ],
};

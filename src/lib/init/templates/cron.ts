/** A crontab, for hosts without systemd. */
import { environmentOption } from '../../environment-option.js';
import { fill, quoted } from '../fill.js';
import type { Template } from '../template.js';

export const cron: Template = {
  name: 'cron',
  summary: 'a crontab: backup, the three tiers, alerts; instead of systemd',
  check: "sed 's/ root / /' viktoria-ops | crontab -n -",
  next: ['install -m 644 cron/viktoria-ops /etc/cron.d/viktoria-ops', 'change MAILTO to who is to hear of trouble'],
  files: async ({ config, configFile, searchPath }) => [
    {
      path: 'viktoria-ops',
      belongs: '/etc/cron.d/viktoria-ops',
      text: await fill('cron/viktoria-ops', {
        path: quoted(searchPath),
        config: quoted(configFile),
        environment: environmentOption(config),
      }),
    },
  ],
};

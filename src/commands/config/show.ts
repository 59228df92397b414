import { defineCommand } from '../../lib/command.js';
import { formatPath, leavesOf } from '../../lib/config/index.js';
import { ConfigShow, ConfigShowFlags, showConfig } from '../../lib/configuration/index.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  options: [['--origin', 'also where each value comes from']],
  flags: ConfigShowFlags,
  result: ConfigShow,
  run: showConfig,
  summary: ({ file, environment }) => `${file ?? 'no configuration file'} (environment ${environment})`,
  view,
  spansEnvironments: true,
  examples: ['viktoria-ops config show', 'viktoria-ops config show --origin --env production'],
  sample: {
    environment: 'production',
    file: '/srv/viktoria/.monitoringrc.json',
    values: {
      app: { url: 'https://viktoria-wertheim.de', token: '***' },
      database: { host: 'localhost', port: 5432, queryTimeout: '30s' },
    },
    origins: {
      'app.url': '/srv/viktoria/.monitoringrc.json:31 (production)',
      'app.token': '/srv/viktoria/.monitoringrc.json:4',
      'database.host': '$PGHOST',
      'database.port': 'default',
      'database.queryTimeout': 'default',
    },
  },
});

function view({ values, origins }: ConfigShow, theme: Theme): string {
  const rows = [...leavesOf(values)].map(({ path, value }) => {
    const key = formatPath(path);
    return [key, typeof value === 'string' ? value : JSON.stringify(value), ...(origins ? [origins[key]] : [])];
  });
  return theme.table(origins ? ['key', 'value', 'origin'] : ['key', 'value'], rows);
}

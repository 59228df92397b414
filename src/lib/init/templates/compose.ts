/** Docker Compose: the whole on one host, to look at or to begin with. */
import { fill, json } from '../fill.js';
import type { Template, TemplateFile } from '../template.js';
import { grafanaFiles } from './grafana.js';
import { prometheusFiles } from './prometheus.js';

/** Names of the services are their addresses. */
const [BACKEND, PROMETHEUS] = ['http://backend:1337', 'http://prometheus:9090'];
const TOKEN_FILE = '/run/secrets/hook_monitoring';

export const compose: Template = {
  name: 'compose',
  summary: 'Docker Compose of the whole: backend, PostgreSQL, alerts, Prometheus, Grafana',
  check: 'docker compose config --quiet',
  next: [
    'write .env beside compose.yaml: DATABASE_PASSWORD, HOOK_MONITORING_SECRET and GRAFANA_PASSWORD',
    'the same secret for Prometheus: install -D -m 644 /dev/stdin secrets/hook-monitoring',
    'docker compose up --detach; Grafana is at http://localhost:3000',
  ],
  files: async ({ config }) => {
    const { app, database } = config;
    const values = { root: app.root, user: database.user, database: database.database };
    const own = async (path: string, quote: (value: string) => string): Promise<TemplateFile> => ({
      path,
      belongs: 'a directory of its own',
      text: await fill(
        `compose/${path}`,
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, quote(value)])),
      ),
    });
    return [
      await own('compose.yaml', (value) => json(value.replaceAll('$', '$$$$'))), // a single one begins a variable
      await own('viktoria-ops.yaml', json),
      ...within('prometheus', await prometheusFiles(config, { url: BACKEND, tokenFile: TOKEN_FILE })),
      ...within('grafana', await grafanaFiles(config, PROMETHEUS)),
    ];
  },
};

const within = (directory: string, files: readonly TemplateFile[]): readonly TemplateFile[] =>
  files.map((file) => ({ ...file, path: `${directory}/${file.path}`, belongs: 'a directory of its own' }));

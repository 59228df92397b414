/** Grafana: the dashboard, and the files with which Grafana finds it and Prometheus. */
import { dashboard } from '../grafana/dashboard.js';
import { fill } from '../fill.js';
import type { Installation, Template, TemplateFile } from '../template.js';

export const grafana: Template = {
  name: 'grafana',
  summary: 'a dashboard of hooks, jobs, database and process, and its provisioning',
  next: [
    'cp -r grafana/provisioning/* /etc/grafana/provisioning/',
    'install -D -m 644 grafana/dashboards/viktoria-hooks.json /var/lib/grafana/dashboards/viktoria/viktoria-hooks.json',
    'systemctl restart grafana-server',
  ],
  files: async ({ config }) => grafanaFiles(config, 'http://localhost:9090'),
};

/** The files for a Prometheus at this address. */
export async function grafanaFiles(
  { kpis }: Installation['config'],
  prometheusUrl: string,
): Promise<readonly TemplateFile[]> {
  const provision = async (path: string, values: Readonly<Record<string, string>> = {}): Promise<TemplateFile> => ({
    path: `provisioning/${path}`,
    belongs: `/etc/grafana/provisioning/${path}`,
    text: await fill(`grafana/${path}`, values),
  });
  return [
    {
      path: 'dashboards/viktoria-hooks.json',
      belongs: '/var/lib/grafana/dashboards/viktoria/viktoria-hooks.json',
      text: `${JSON.stringify(dashboard(kpis), null, 2)}\n`,
    },
    await provision('dashboards/viktoria.yml'),
    await provision('datasources/viktoria.yml', { url: JSON.stringify(prometheusUrl) }),
  ];
}

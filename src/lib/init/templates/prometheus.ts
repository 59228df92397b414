/** Prometheus: what to scrape, the alert rules, and a recording rule. */
import { exportRules } from '../../alerts/index.js';
import { type Config, writeYaml } from '../../config/index.js';
import { API_PREFIX } from '../../contract/index.js';
import { fill } from '../fill.js';
import type { Template, TemplateFile } from '../template.js';

const DIRECTORY = '/etc/prometheus';
const TOKEN_FILE = 'hook-monitoring.token';

export const prometheus: Template = {
  name: 'prometheus',
  summary: 'scrape configuration, alert rules and a recording rule',
  check: 'promtool check config prometheus.yml',
  next: [
    `cp prometheus/*.yml ${DIRECTORY}/, or copy its job and rule_files into the prometheus.yml you have`,
    `with app.token: install -m 640 -g prometheus /dev/stdin ${DIRECTORY}/${TOKEN_FILE}`,
    'systemctl reload prometheus',
  ],
  files: async ({ config }) =>
    prometheusFiles(config, {
      url: config.app.url,
      ...(config.app.token && { tokenFile: TOKEN_FILE }),
    }),
};

/** What is scraped, and with which secret. */
interface Target {
  readonly url: string;
  readonly tokenFile?: string;
}

/** The files for a backend at this address: an installation of its own has another one than the configuration's. */
export async function prometheusFiles(config: Config, target: Target): Promise<readonly TemplateFile[]> {
  const rules = await exportRules({ config: async () => config });
  const file = (path: string, text: string): TemplateFile => ({ path, belongs: `${DIRECTORY}/${path}`, text });
  return [
    file('prometheus.yml', await scrapeConfiguration(target, config.environment)),
    file('viktoria.rules.yml', rules.result.yaml),
    file('viktoria.recording.yml', await fill('prometheus/viktoria.recording.yml')),
  ];
}

function scrapeConfiguration({ url, tokenFile }: Target, environment: string): Promise<string> {
  const { protocol, host, pathname } = new URL(url);
  const job = {
    // The rules and the dashboard ask for the job by this name.
    job_name: 'viktoria-hooks',
    scheme: protocol.replace(':', ''),
    metrics_path: `${pathname.replace(/\/$/, '')}${API_PREFIX}/metrics`,
    scrape_interval: '30s',
    ...(tokenFile !== undefined && { authorization: { credentials_file: tokenFile } }),
    static_configs: [{ targets: [host], ...(environment !== 'default' && { labels: { environment } }) }],
  };
  const content = {
    global: { scrape_interval: '15s', evaluation_interval: '15s' },
    rule_files: ['viktoria.rules.yml', 'viktoria.recording.yml'],
    scrape_configs: [job],
  };
  return writeYaml(content, ['Prometheus for the hook monitoring of a Strapi backend. List every instance of it as a target.']);
}

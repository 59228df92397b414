/** Services and timers of systemd. */
import { dirname, sep } from 'node:path';
import { environmentOption } from '../../environment-option.js';
import { fill, unitWord } from '../fill.js';
import type { Installation, Template, TemplateFile } from '../template.js';

interface Job {
  readonly name: string;
  readonly what: string;
  /** The words after `viktoria-ops`. */
  readonly command: string;
  /** systemd.time(7), in the host's zone: the times of the crontab. */
  readonly calendar: string;
  /** Given to the command, which then ends by itself and cleans up. */
  readonly deadlineHours: number;
}

const JOBS: readonly Job[] = [
  {
    name: 'backup',
    what: 'Nightly backup of the database',
    command: 'db backup',
    calendar: '*-*-* 01:15:00',
    deadlineHours: 2,
  },
  {
    name: 'daily',
    what: 'Daily maintenance',
    command: 'maintenance daily',
    calendar: '*-*-* 03:15:00',
    deadlineHours: 2,
  },
  {
    name: 'weekly',
    what: 'Weekly maintenance',
    command: 'maintenance weekly',
    calendar: 'Sun *-*-* 04:30:00',
    deadlineHours: 8,
  },
  {
    name: 'monthly',
    what: 'Monthly maintenance',
    command: 'maintenance monthly',
    calendar: '*-*-01 05:45:00',
    deadlineHours: 12,
  },
];

const DIRECTORY = '/etc/systemd/system';

export const systemd: Template = {
  name: 'systemd',
  summary: 'services and timers: backup, the three tiers, alerts',
  check: 'systemd-analyze verify ./*.service ./*.timer',
  next: [
    `cp systemd/*.service systemd/*.timer ${DIRECTORY}/ && systemctl daemon-reload`,
    `systemctl enable --now ${JOBS.map(({ name }) => `viktoria-ops-${name}.timer`).join(' ')}`,
    'systemctl enable --now viktoria-ops-alerts.service',
    'try one now: systemctl start viktoria-ops-daily.service; journalctl -u viktoria-ops-daily',
  ],
  files: async (installation) => {
    const values = valuesOf(installation);
    const jobs = await Promise.all(JOBS.map((job) => unitsOf(job, values)));
    return [
      ...jobs.flat(),
      unit('viktoria-ops-alerts.service', await fill('systemd/viktoria-ops-alerts.service', values)),
    ];
  },
};

const unit = (path: string, text: string): TemplateFile => ({ path, belongs: `${DIRECTORY}/${path}`, text });

async function unitsOf(job: Job, values: Readonly<Record<string, string>>): Promise<readonly TemplateFile[]> {
  const { name, what, command, calendar, deadlineHours } = job;
  const all = { ...values, what, command, calendar, deadline: `${deadlineHours}h`, timeout: `${deadlineHours + 1}h` };
  return [
    unit(`viktoria-ops-${name}.service`, await fill('systemd/viktoria-ops-job.service', all)),
    unit(`viktoria-ops-${name}.timer`, await fill('systemd/viktoria-ops-job.timer', all)),
  ];
}

function valuesOf({ config, configFile, searchPath }: Installation): Record<string, string> {
  const { alerting, app, logs, backup, docs, stateDirectory, isSet } = config;
  // Where it is not set, state is the service's StateDirectory=, and backups and handbook lie in it.
  const own = [
    isSet(['stateDirectory']) && stateDirectory,
    isSet(['backup', 'directory']) && backup.directory,
    isSet(['docs', 'directory']) && docs.directory,
    alerting.textfile !== undefined && dirname(alerting.textfile),
  ];
  const writable = [logs.directory, ...own.filter((directory) => directory !== false)];
  return {
    path: unitWord(`PATH=${searchPath}`),
    config: unitWord(`VIKTORIA_OPS_CONFIG=${configFile}`),
    // A leading "-": what is not there is no reason not to start.
    writable: writable.map((directory) => unitWord(`-${directory}`)).join(' '),
    protectHome: [...searchPath.split(':'), configFile, app.root, ...writable].some(isInHome) ? 'read-only' : 'yes',
    environment: environmentOption(config),
  };
}

const isInHome = (path: string): boolean =>
  ['/home', '/root', '/run/user'].some((home) => path === home || path.startsWith(home + sep));

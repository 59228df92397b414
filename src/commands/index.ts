/** The table of contents: one line a command. Nothing is loaded until it is called. */
import type { CommandEntry } from '../lib/command.js';

/** Words that hold several commands. */
export const groups: Readonly<Record<string, string>> = {
  performance: 'how the hooks perform',
  errors: 'errors of the hooks',
  queue: 'background jobs',
  db: 'PostgreSQL',
  backup: 'one catalogue of database dumps, file archives and configuration snapshots',
  capacity: 'what can run out, and when',
  config: 'configuration of this tool and of the backend',
  logs: 'log files',
  alerts: 'rules, evaluation, delivery, silences',
  integrity: 'what must hold in the data, and what users do',
  maintenance: 'tiers: several commands as one run',
  incidents: 'playbooks, incident records, and the audit log',
  monitoring: 'the page for people',
  'incidents automation': 'the switch of the playbooks',
  init: 'first steps',
  help: 'topics beyond a command',
};

export const commands: readonly CommandEntry[] = [
  {
    path: 'health',
    summary: 'application, database, host, network and jobs in one verdict',
    load: () => import('./health.js'),
  },
  {
    path: 'performance summary',
    summary: 'hook performance against its targets',
    isDefault: true,
    load: () => import('./performance/summary.js'),
  },
  {
    path: 'errors count',
    summary: 'how many hook runs failed',
    isDefault: true,
    load: () => import('./errors/count.js'),
  },
  { path: 'errors recent', summary: 'the latest errors, grouped by message', load: () => import('./errors/recent.js') },
  {
    path: 'queue status',
    summary: 'size, age and rate of the job queue',
    isDefault: true,
    load: () => import('./queue/status.js'),
  },
  {
    path: 'system',
    summary: 'the host now: CPU, memory, disks, network, processes',
    load: () => import('./system.js'),
  },
  {
    path: 'monitoring publish',
    summary: 'tell the page /admin/monitoring of alerts, incidents, KPIs and backups',
    load: () => import('./monitoring/publish.js'),
  },
  { path: 'kpi', summary: 'the twelve KPIs of the guide against their targets', load: () => import('./kpi.js') },
  {
    path: 'db health',
    summary: 'connections, locks, wraparound and state of PostgreSQL',
    load: () => import('./db/health.js'),
  },
  { path: 'db stats', summary: 'figures of the database and its tables', load: () => import('./db/stats.js') },
  { path: 'db locks', summary: 'who waits for whom', load: () => import('./db/locks.js') },
  {
    path: 'db slow-queries',
    summary: 'which statements the time goes into',
    load: () => import('./db/slow-queries.js'),
  },
  {
    path: 'db indexes',
    summary: 'missing, unused, redundant, bloated and invalid indexes',
    load: () => import('./db/indexes.js'),
  },
  { path: 'db vacuum', summary: 'vacuum the tables that need it, gently', load: () => import('./db/vacuum.js') },
  { path: 'db analyze', summary: 'bring the statistics of tables up to date', load: () => import('./db/analyze.js') },
  {
    path: 'db reindex',
    summary: 'rebuild bloated indexes online, drop what interrupted rebuilds left',
    load: () => import('./db/reindex.js'),
  },
  {
    path: 'db optimize',
    summary: 'everything worth doing to the database, ranked; --apply does what is safe',
    load: () => import('./db/optimize.js'),
  },
  {
    path: 'db backup',
    summary: 'dump the database, and prove the dump',
    load: () => import('./db/backup.js'),
  },
  {
    path: 'db restore',
    summary: 'restore a backup into a database beside, or in place of, the one in use',
    load: () => import('./db/restore.js'),
  },
  { path: 'db grants', summary: 'the least rights for each purpose, as SQL', load: () => import('./db/grants.js') },
  { path: 'backup verify', summary: 'prove backups, by restoring them', load: () => import('./backup/verify.js') },
  {
    path: 'backup files',
    summary: "archive the backend's files",
    load: () => import('./backup/files.js'),
  },
  {
    path: 'backup restore',
    summary: 'get files of a backup into a directory',
    load: () => import('./backup/restore.js'),
  },
  {
    path: 'backup list',
    summary: 'every backup: age, size and its trend, how far it is proven',
    load: () => import('./backup/list.js'),
  },
  {
    path: 'backup prune',
    summary: 'remove what the retention does not keep; never the last good ones',
    load: () => import('./backup/prune.js'),
  },
  {
    path: 'backup pin',
    summary: 'keep a backup, whatever the retention says',
    load: () => import('./backup/pin.js'),
  },
  {
    path: 'backup unpin',
    summary: 'leave a pinned backup to the retention again',
    load: () => import('./backup/unpin.js'),
  },
  {
    path: 'capacity record',
    summary: 'keep a sample of what can run out: disks, database, connections, sequences',
    load: () => import('./capacity/record.js'),
  },
  {
    path: 'capacity report',
    summary: 'figures, changes and forecasts of a period; as a page with --report',
    load: () => import('./capacity/report.js'),
  },
  {
    path: 'capacity predict',
    summary: 'when what will be full, between when and when',
    load: () => import('./capacity/predict.js'),
  },
  { path: 'capacity trends', summary: 'how fast what grows', load: () => import('./capacity/trends.js') },
  { path: 'config validate', summary: 'check the configuration', load: () => import('./config/validate.js') },
  {
    path: 'config show',
    summary: 'the values in force, and where each comes from',
    load: () => import('./config/show.js'),
  },
  { path: 'config backup', summary: 'keep a snapshot of the configuration', load: () => import('./config/backup.js') },
  {
    path: 'backup push',
    summary: 'send good backups to the bucket elsewhere',
    load: () => import('./backup/push.js'),
  },
  {
    path: 'logs rotate',
    summary: 'rotate, compress and delete log files without losing a line',
    load: () => import('./logs/rotate.js'),
  },
  {
    path: 'logs analyze',
    summary: 'what the logs say: messages, hooks, routes, hours',
    load: () => import('./logs/analyze.js'),
  },
  {
    path: 'logs tail',
    summary: 'follow the logs over rotations, filtered and coloured',
    load: () => import('./logs/tail.js'),
  },
  {
    path: 'alerts check',
    summary: 'evaluate every rule once, and tell who has to know',
    isDefault: true,
    load: () => import('./alerts/check.js'),
  },
  { path: 'alerts watch', summary: 'the same again and again, as a service', load: () => import('./alerts/watch.js') },
  {
    path: 'alerts list',
    summary: 'the rules in force: condition, channels, and where each comes from',
    load: () => import('./alerts/list.js'),
  },
  {
    path: 'alerts history',
    summary: 'what began and ceased to fire, and what kept it quiet',
    load: () => import('./alerts/history.js'),
  },
  {
    path: 'alerts silence',
    summary: 'keep alerts quiet for a time; they are evaluated all the same',
    load: () => import('./alerts/silence.js'),
  },
  {
    path: 'alerts silences',
    summary: 'what is silenced, by whom, until when',
    load: () => import('./alerts/silences.js'),
  },
  {
    path: 'alerts unsilence',
    summary: 'end a silence now: what still fires is told next',
    load: () => import('./alerts/unsilence.js'),
  },
  {
    path: 'alerts slo',
    summary: 'uptime, error budget, and how fast it is spent',
    load: () => import('./alerts/slo.js'),
  },
  {
    path: 'alerts test',
    summary: 'unit tests of rules: figures in, what fires and who is told out',
    load: () => import('./alerts/test.js'),
  },
  {
    path: 'alerts test-channel',
    summary: 'send a test message, and see what the receiver says',
    load: () => import('./alerts/test-channel.js'),
  },
  {
    path: 'alerts redeliver',
    summary: 'tell a channel what it would not take, once it is in order again',
    load: () => import('./alerts/redeliver.js'),
  },
  {
    path: 'alerts export',
    summary: 'the rules as a rule file of Prometheus',
    load: () => import('./alerts/export.js'),
  },
  {
    path: 'alerts lint',
    summary: 'rules that are valid and yet wrong: never fire, never end, unheard',
    load: () => import('./alerts/lint.js'),
  },
  {
    path: 'integrity check',
    summary: 'do the rules of the data hold, and can users do what they came for?',
    load: () => import('./integrity/check.js'),
  },
  {
    path: 'integrity list',
    summary: 'the checks and journeys, and how they stood last',
    load: () => import('./integrity/list.js'),
  },
  { path: 'maintenance daily', summary: 'every daily task as one run', load: () => import('./maintenance/daily.js') },
  {
    path: 'maintenance weekly',
    summary: 'vacuum, indexes, and backups proven by a restore',
    load: () => import('./maintenance/weekly.js'),
  },
  {
    path: 'maintenance monthly',
    summary: 'everything backed up, then rebuilt where it pays',
    load: () => import('./maintenance/monthly.js'),
  },
  { path: 'maintenance list', summary: 'the tiers and their steps', load: () => import('./maintenance/list.js') },
  {
    path: 'maintenance history',
    summary: 'past runs: did it run at all, and how did it end?',
    load: () => import('./maintenance/history.js'),
  },
  {
    path: 'incidents list',
    summary: 'what is open, what was, and how quickly it was ended',
    load: () => import('./incidents/list.js'),
  },
  {
    path: 'incidents show',
    summary: 'one incident: timeline, values, actions; as a post-mortem',
    load: () => import('./incidents/show.js'),
  },
  {
    path: 'incidents run',
    summary: 'run a playbook, or approve the steps that wait',
    load: () => import('./incidents/run.js'),
  },
  { path: 'incidents ack', summary: 'take an incident', load: () => import('./incidents/ack.js') },
  { path: 'incidents resolve', summary: 'end an incident', load: () => import('./incidents/resolve.js') },
  {
    path: 'incidents automation pause',
    summary: 'no playbook begins a step for a while',
    load: () => import('./incidents/automation/pause.js'),
  },
  {
    path: 'incidents automation resume',
    summary: 'playbooks act again',
    load: () => import('./incidents/automation/resume.js'),
  },
  {
    path: 'incidents audit',
    summary: 'who did what; --verify finds what was tampered with',
    load: () => import('./incidents/audit.js'),
  },
  {
    path: 'init strapi',
    summary: 'put hook monitoring into a Strapi application',
    load: () => import('./init/strapi.js'),
  },
  { path: 'doctor', summary: 'is everything here that the commands need?', load: () => import('./doctor.js') },
  {
    path: 'demo',
    summary: 'try it: PostgreSQL, a sample backend, traffic and a daily run',
    load: () => import('./demo.js'),
  },
  { path: 'completion', summary: 'completion script for bash, zsh or fish', load: () => import('./completion.js') },
  { path: 'version', summary: 'version of viktoria-ops and Node.js', load: () => import('./version.js') },
  { path: 'help exit-codes', summary: 'what each exit code means', load: () => import('./help/exit-codes.js') },
];

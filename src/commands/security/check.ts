import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';
import { checkSecurity, SecurityFlags, SecurityReport } from '../../lib/security/index.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  options: [
    ['--since <duration>', 'how far back access logs are read (default: 7d)'],
    ['--only <checks>', 'only these, separated by commas: accessLog, accounts, files, database, certificates'],
  ],
  flags: SecurityFlags,
  result: SecurityReport,
  run: checkSecurity,
  summary: ({ checks }) => {
    const bad = checks.filter(({ status }) => status !== 'ok');
    if (bad.length === 0) return `${countOf(checks.length, 'check')}, nothing found`;
    return `${bad.map(({ name, status }) => `${name} ${status}`).join(', ')}; ${checks.length - bad.length} of ${countOf(checks.length, 'check')} well`;
  },
  view: (report, theme) =>
    [checkTable(report, theme), loginTable(report, theme), scanTable(report, theme)].filter(Boolean).join('\n\n'),
  spansEnvironments: true,
  examples: [
    'viktoria-ops security check',
    'viktoria-ops security check --since 30d --only accessLog --json',
    'viktoria-ops security check --fail-on warning',
  ],
  sample: {
    since: '2026-11-16T03:00:00.000Z',
    checks: [
      { name: 'accessLog', status: 'warning', message: '48210 requests, 61 failed logins' },
      { name: 'certificates', status: 'ok', message: 'https://api.example.org: valid for 61 d 4 h' },
    ],
    seen: {
      accessLog: {
        since: '2026-11-16T03:00:00.000Z',
        logs: [{ file: '/var/log/nginx/access.log', sizeBytes: 9_120_000, requests: 48_210, reason: null }],
        requests: 48_210,
        hasAddresses: true,
        failedLogins: 61,
        worstHour: { hour: '2026-11-21T02:00:00.000Z', failed: 44 },
        logins: [
          {
            address: '203.0.113.7',
            failed: 58,
            peak: 44,
            peakHour: '2026-11-21T02:00:00.000Z',
            failedBefore: 0,
            succeededAt: null,
          },
        ],
        scans: [{ address: '198.51.100.23', missing: 412, missingPaths: 390, probes: 57, example: '/.env' }],
        probes: [{ what: 'environment file', isSecret: true, asked: 19, answered: 0, example: '/.env' }],
        sites: [{ site: 'www.example.org', requests: 310 }],
        undercount: 0,
      },
      accounts: null,
      files: null,
      database: null,
      certificates: {
        url: 'https://api.example.org',
        isTls: true,
        isLocal: false,
        lifetimeMs: 5_284_800_000,
        reason: null,
      },
    },
  },
});

const checkTable = ({ checks }: SecurityReport, theme: Theme): string =>
  theme.table(
    ['status', 'check', 'what was seen'],
    checks.map(({ name, status, message }) => [theme.status(status), name, message]),
  );

function loginTable({ seen }: SecurityReport, theme: Theme): string {
  const logins = seen.accessLog?.logins ?? [];
  if (logins.length === 0) return '';
  const rows = logins.map(({ address, failed, peak, peakHour, failedBefore, succeededAt }) => [
    address,
    theme.count(failed),
    theme.count(peak),
    theme.time(peakHour),
    succeededAt === null ? null : `after ${failedBefore}, ${theme.time(succeededAt)}`,
  ]);
  return theme.table(['failed logins from', 'all', 'in the worst hour', 'which was', 'succeeded'], rows);
}

function scanTable({ seen }: SecurityReport, theme: Theme): string {
  const scans = seen.accessLog?.scans ?? [];
  if (scans.length === 0) return '';
  const rows = scans.map(({ address, missingPaths, probes, example }) => [
    address,
    theme.count(missingPaths),
    theme.count(probes),
    example,
  ]);
  return theme.table(['not found by', 'paths', 'probes', 'such as'], rows);
}

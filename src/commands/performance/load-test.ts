import { defineCommand, planThenApply } from '../../lib/command.js';
import { formatDuration, formatPercent } from '../../lib/measures.js';
import { applyLoadTest, LoadTest, LoadTestFlags, planLoadTest } from '../../lib/performance/load-test.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  options: [
    ['--path <path>', 'what to ask for, below app.url (default: /)'],
    ['--method <name>', 'GET, POST, PUT, PATCH or DELETE (default: GET)'],
    ['--body <file>', 'JSON to send with each request'],
    ['--duration <duration>', 'how long: 1s to 10m (default: 30s)'],
    ['--connections <count>', 'requests at the same time, 500 at most (default: 10)'],
    ['--rate <count>', 'requests a second, all in all (default: as many as it bears)'],
    ['--confirm <host>', 'put this host under load, though it may be production'],
  ],
  flags: LoadTestFlags,
  result: LoadTest,
  changes: true,
  run: planThenApply(planLoadTest, applyLoadTest),
  summary: ({ method, url, connections, durationMs, protection, load }) => {
    const what = `${method} ${url}`;
    if (load === null) {
      const guard = protection === null ? '' : `; takes --confirm ${new URL(url).host}`;
      return `${what}: ${connections} at the same time for ${formatDuration(durationMs)}${guard}`;
    }
    const failed = load.requests === 0 ? '' : `, ${formatPercent(load.failed / load.requests)} failed`;
    const p95 = load.p95Ms === null ? '' : `, p95 ${formatDuration(load.p95Ms)}`;
    return `${what}: ${load.requestsPerSecond} requests/s${p95}${failed}`;
  },
  view,
  examples: [
    'viktoria-ops performance load-test --env staging --path /api/matches --duration 1m',
    'viktoria-ops performance load-test --path /api/matches --rate 20 --dry-run',
    'viktoria-ops performance load-test --path /api/matches --method POST --body match.json',
  ],
  sample: {
    url: 'https://staging-api.viktoria-wertheim.de/api/matches',
    method: 'GET',
    connections: 10,
    durationMs: 30_000,
    ratePerSecond: null,
    environment: 'staging',
    protection: null,
    hooksBefore: { totalExecutions: 12, errorRate: 0, p50: 21, p95: 60 },
    load: {
      requests: 4_120,
      failed: 3,
      unanswered: 1,
      statuses: { 200: 4_117, 500: 2 },
      requestsPerSecond: 137.3,
      p50Ms: 64.2,
      p95Ms: 141.7,
      p99Ms: 260.3,
      maxMs: 812.4,
      durationMs: 30_008,
      stopped: null,
    },
    hooksDuring: { totalExecutions: 4_132, errorRate: 0.0005, p50: 24, p95: 92 },
  },
});

function view({ environment, protection, ratePerSecond, load, hooksBefore, hooksDuring }: LoadTest, theme: Theme) {
  if (load === null) {
    return theme.fields([
      ['environment', environment],
      ['protected', protection ?? 'no'],
      ['rate', ratePerSecond === null ? 'as many as it bears' : `${ratePerSecond} requests/s`],
    ]);
  }
  const answers = Object.entries(load.statuses).map(([status, count]) => `${theme.count(count)} × ${status}`);
  const fields = theme.fields([
    ['requests', `${theme.count(load.requests)} in ${theme.duration(load.durationMs)}`],
    ['answers', answers.join(', ') || 'none'],
    ['unanswered', theme.count(load.unanswered)],
    ['p50', theme.duration(load.p50Ms)],
    ['p95', theme.duration(load.p95Ms)],
    ['p99', theme.duration(load.p99Ms)],
    ['longest', theme.duration(load.maxMs)],
  ]);
  const rows = [['before', hooksBefore] as const, ['during', hooksDuring] as const].map(([when, hooks]) => [
    when,
    theme.count(hooks?.totalExecutions),
    theme.percent(hooks?.errorRate),
    theme.duration(hooks?.p50),
    theme.duration(hooks?.p95),
  ]);
  return [fields, '', theme.table(['hooks', 'runs', 'failed', 'p50', 'p95'], rows)].join('\n');
}

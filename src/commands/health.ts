import { defineCommand } from '../lib/command.js';
import { HealthFlags, HealthResult, health } from '../lib/health/index.js';

export default defineCommand({
  flags: HealthFlags,
  result: HealthResult,
  run: health,
  summary: ({ overview, checks }) => {
    const troubled = (['failed', 'unknown', 'warning'] as const).flatMap((status) =>
      checks.filter((check) => check.status === status),
    );
    const [worst, ...others] = troubled;
    if (!worst) return `application ${overview?.status ?? 'not asked'}, all ${checks.length} checks well`;
    const also = others.map(({ name, status }) => `${name} ${status}`).join(', ');
    return `${worst.name}: ${worst.message}${also && `; also ${also}`}`;
  },
  view: ({ checks }, theme) =>
    theme.table(
      ['check', 'status', 'time', 'seen'],
      checks.map(({ name, status, durationMs, message }) => [
        name,
        theme.status(status),
        theme.duration(durationMs),
        message,
      ]),
    ),
  spansEnvironments: true,
  examples: ['viktoria-ops health', 'viktoria-ops health --env production --format nagios'],
  sample: {
    overview: {
      status: 'healthy',
      uptime: 612_345,
      version: '1.4.2',
      environment: 'production',
      lastRestart: '2026-11-16T00:54:15.000Z',
      activeConnections: 12,
      checks: [{ name: 'database', status: 'healthy', message: 'answered in 2 ms', durationMs: 2.1 }],
      process: {
        pid: 4711,
        eventLoopLagMs: 1.2,
        heapUsedBytes: 182_000_000,
        heapLimitBytes: 2_197_815_296,
        residentBytes: 301_000_000,
      },
    },
    checks: [
      {
        name: 'application',
        status: 'ok',
        message: 'healthy, version 1.4.2 (production), up for 7 d 2 h',
        durationMs: 14.2,
      },
      { name: 'process', status: 'ok', message: 'event loop 1.2 ms late, heap 8.28 % used', durationMs: 14.3 },
      { name: 'jobs', status: 'ok', message: '3 waiting, 0 failed', durationMs: 12.9 },
      { name: 'database', status: 'ok', message: 'PostgreSQL 15.18 answers', durationMs: 21.4 },
      { name: 'host', status: 'warning', message: 'load 0.42 per processor, memory 83.1 %, / 41.2 %', durationMs: 0.9 },
      { name: 'network', status: 'ok', message: 'localhost:1337 in 0.4 ms, localhost:5432 in 0.3 ms', durationMs: 1.1 },
    ],
  },
});

/** From what the checks saw to what an operator should know: no clock, no I/O. */
import type { Config } from '../config/index.js';
import type { SystemOverview } from '../contract/index.js';
import { breachOf, type Levels } from '../levels.js';
import { formatDuration, formatPercent } from '../measures.js';
import type { Finding, Severity } from '../status.js';
import type { FileSystem, HostFigures } from '../system/index.js';
import type { Probe } from './endpoints.js';

type ProcessFigures = NonNullable<SystemOverview['process']>;

const SEVERITY = { healthy: 'info', warning: 'warning', critical: 'error' } as const satisfies Record<string, Severity>;

export function describeApplication({ status, checks, version, environment, uptime }: SystemOverview): string {
  const causes = status === 'healthy' ? [] : checks.filter((check) => check.status === status);
  const why = causes.map(({ name, message }) => `${name}: ${message}`).join(', ');
  return `${status}${why && ` (${why})`}, version ${version} (${environment}), up for ${formatDuration(uptime * 1000)}`;
}

/** Its own checks by name; its overall word only where no check explains it. */
export function judgeApplication({ status, checks, uptime }: SystemOverview, levels: Config['health']): Finding[] {
  const findings: Finding[] = checks
    .filter((check) => check.status !== 'healthy')
    .map((check) => ({
      code: 'VOPS-HEALTH-APPLICATION',
      severity: SEVERITY[check.status],
      message: `the application reports its ${check.name} as ${check.status}: ${check.message}`,
      hint: 'look at the log of the application',
    }));
  if (status !== 'healthy' && checks.every((check) => check.status !== status)) {
    findings.push({
      code: 'VOPS-HEALTH-APPLICATION',
      severity: SEVERITY[status],
      message: `the application reports itself as ${status}`,
      hint: 'look at the log of the application',
    });
  }
  if (uptime * 1000 < levels.recentRestart) {
    const message = `the application started ${formatDuration(uptime * 1000)} ago`;
    findings.push({ code: 'VOPS-HEALTH-RESTARTED', severity: 'info', message });
  }
  return findings;
}

export const describeProcess = ({ eventLoopLagMs, heapUsedBytes, heapLimitBytes }: ProcessFigures): string =>
  `event loop ${formatDuration(eventLoopLagMs)} late, heap ${formatPercent(heapUsedBytes / heapLimitBytes)} used`;

export function judgeProcess(figures: ProcessFigures, { health, kpis }: Pick<Config, 'health' | 'kpis'>): Finding[] {
  const { eventLoopLagMs, heapUsedBytes, heapLimitBytes } = figures;
  return [
    ...judge(eventLoopLagMs, withoutTarget(health.eventLoopLagMs), {
      code: 'VOPS-HEALTH-EVENT-LOOP',
      message: (limit, level) =>
        `the event loop is ${formatDuration(eventLoopLagMs)} late, above ${formatDuration(limit)} (health.eventLoopLagMs.${level})`,
      hint: 'a hook computes for long or reads files synchronously: viktoria-ops performance summary',
    }),
    ...judge(heapUsedBytes / heapLimitBytes, kpis.memoryUsage, {
      code: 'VOPS-HEALTH-HEAP',
      message: (limit, level) =>
        `the heap is ${formatPercent(heapUsedBytes / heapLimitBytes)} full, above ${formatPercent(limit)} (kpis.memoryUsage.${level})`,
      hint: 'a leak grows until a restart; a limit that is too low is raised with --max-old-space-size',
    }),
  ];
}

export function describeHost({ loadPerProcessor, memoryUsage, fileSystems }: HostFigures): string {
  const disks = fileSystems.map(({ path, usage }) => `${path} ${usage === null ? '?' : formatPercent(usage)}`);
  return `load ${loadPerProcessor.toFixed(2)} per processor, memory ${formatPercent(memoryUsage)}, ${disks.join(', ')}`;
}

export function judgeHost(figures: HostFigures, { health, kpis }: Pick<Config, 'health' | 'kpis'>): Finding[] {
  return [
    ...judge(figures.loadPerProcessor, withoutTarget(health.loadPerProcessor), {
      code: 'VOPS-HEALTH-LOAD',
      message: (limit, level) =>
        `the load of this host is ${figures.loadPerProcessor.toFixed(2)} per processor, above ${limit} (health.loadPerProcessor.${level})`,
      hint: 'see which processes are busy: viktoria-ops system',
    }),
    ...judge(figures.memoryUsage, kpis.memoryUsage, {
      code: 'VOPS-HEALTH-MEMORY',
      message: (limit, level) =>
        `memory of this host is ${formatPercent(figures.memoryUsage)} used, above ${formatPercent(limit)} (kpis.memoryUsage.${level})`,
      hint: 'see which processes take it: viktoria-ops system',
    }),
    ...figures.fileSystems.flatMap((system) => judgeFileSystem(system, kpis.diskUsage)),
  ];
}

function judgeFileSystem({ path, usage, inodeUsage }: FileSystem, levels: Levels): Finding[] {
  if (usage === null || inodeUsage === null) {
    const message = `the file system of ${path} gives no answer`;
    return [{ code: 'VOPS-HEALTH-DISK', severity: 'unknown', message, hint: 'is a network mount gone? see: mount' }];
  }
  const about = (what: string, share: number) => ({
    code: 'VOPS-HEALTH-DISK',
    message: (limit: number, level: string) =>
      `${what} of ${path} are ${formatPercent(share)} used, above ${formatPercent(limit)} (kpis.diskUsage.${level})`,
    hint: `find what is large: du -xh --max-depth=2 ${path} | sort -h | tail; then: viktoria-ops logs rotate`,
  });
  return [
    ...judge(usage, levels, about('the blocks', usage)),
    ...judge(inodeUsage, levels, about('the inodes', inodeUsage)),
  ];
}

export function describeNetwork(probes: readonly Probe[]): string {
  return probes
    .map((probe) =>
      probe.isReachable ? `${probe.at} in ${formatDuration(probe.latencyMs)}` : `${probe.at}: ${probe.reason}`,
    )
    .join(', ');
}

/** An endpoint out of reach has its finding already, from the check of what lives there. */
export function judgeNetwork(probes: readonly Probe[], { health, kpis }: Pick<Config, 'health' | 'kpis'>): Finding[] {
  return probes.flatMap((probe) => {
    if (!probe.isReachable) return [];
    const { at, latencyMs, certificateLifetimeMs } = probe;
    const slow = judge(latencyMs, kpis.responseTimeMs, {
      code: 'VOPS-HEALTH-LATENCY',
      message: (limit, level) =>
        `connecting to ${at} takes ${formatDuration(latencyMs)}, above ${formatDuration(limit)} (kpis.responseTimeMs.${level})`,
      hint: 'check the network between, and the load of that host',
    });
    return [...slow, ...judgeCertificate(at, certificateLifetimeMs, health.certificateLifetime)];
  });
}

/** @param lifetimeMs what is left, below zero once it has expired; null without TLS */
export function judgeCertificate(
  at: string,
  lifetimeMs: number | null,
  levels: Config['health']['certificateLifetime'],
): Finding[] {
  if (lifetimeMs === null || lifetimeMs > levels.warning) return [];
  const when =
    lifetimeMs <= 0 ? `expired ${formatDuration(-lifetimeMs)} ago` : `expires in ${formatDuration(lifetimeMs)}`;
  return [
    {
      code: 'VOPS-HEALTH-CERTIFICATE',
      severity: lifetimeMs <= levels.critical ? 'error' : 'warning',
      message: `the TLS certificate of ${at} ${when}`,
      hint: 'renew it; automatic renewal seems to fail: see its log, for example certbot renew --dry-run',
    },
  ];
}

interface Wording {
  readonly code: string;
  readonly message: (limit: number, level: string) => string;
  readonly hint: string;
}

function judge(value: number, levels: Levels, { code, message, hint }: Wording): Finding[] {
  const breach = breachOf(value, levels);
  return breach ? [{ code, severity: breach.severity, message: message(breach.limit, breach.level), hint }] : [];
}

const withoutTarget = ({ warning, critical }: { warning: number; critical?: number | undefined }): Levels => ({
  target: warning,
  warning,
  critical,
});

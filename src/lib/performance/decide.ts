/** Judges the performance of the hooks against the guide's KPIs. */
import type { Config } from '../config/index.js';
import type { HookMetric, HookPerformance, PerformanceReport } from '../contract/index.js';
import { breachOf, type Levels } from '../levels.js';
import { formatDuration, formatPercent } from '../measures.js';
import type { Finding } from '../status.js';

type Kpis = Config['kpis'];

export interface Measured {
  readonly performance: HookPerformance;
  /** How long the application took to answer; null where it was not asked. */
  readonly responseTimeMs: number | null;
}

/** What an operator should know about the hooks. */
export function judgePerformance({ performance, responseTimeMs }: Measured, kpis: Kpis): Finding[] {
  return [
    ...judgeObservation(performance),
    ...judgeRates(performance, kpis),
    ...judgeDuration(performance, kpis),
    ...performance.slowestHooks.flatMap((hook) => judgeHook(hook, kpis)),
    ...judgeResponse(responseTimeMs, kpis.responseTimeMs),
  ];
}

/** The same of a report over a period. */
export function judgeReport(report: PerformanceReport, kpis: Kpis): Finding[] {
  return [
    ...judgeObservation({ ...report, instrumentation: 'complete' }),
    ...judgeRates({ ...report, successRate: null }, kpis),
    ...judgeDuration(report, kpis),
    ...report.hooks.flatMap((hook) => judgeHook(hook, kpis)),
  ];
}

type Observed = Pick<HookPerformance, 'totalExecutions' | 'instrumentation' | 'window'>;

/** What the figures cannot tell. */
function judgeObservation({ totalExecutions, instrumentation, window }: Observed): Finding[] {
  const findings: Finding[] = [];
  if (window.coverage === 0) {
    findings.push({
      code: 'VOPS-PERFORMANCE-UNOBSERVED',
      severity: 'unknown',
      message: `nothing was recorded between ${window.from} and ${window.to}`,
      hint: 'was the application running? choose another time with --window',
    });
  } else if (totalExecutions === 0) {
    findings.push({ code: 'VOPS-PERFORMANCE-IDLE', severity: 'info', message: 'no hook ran in this window' });
  }
  if (instrumentation === 'partial') {
    findings.push({
      code: 'VOPS-PERFORMANCE-PARTIAL',
      severity: 'warning',
      message: 'some hooks are not measured: the figures speak of the others only',
      hint: 'the log of the application names the hooks that could not be instrumented',
    });
  }
  return findings;
}

/** Below this many runs one error is no rate (1 of 19 reads as 5 %): never worse than a warning. */
const FEWEST_RUNS = 20;

type Rates = Pick<HookPerformance, 'errorRate' | 'successRate' | 'totalExecutions'>;

/** The success rate is named only where the error rate does not say it already: refused input lowers it too. */
function judgeRates({ errorRate, successRate, totalExecutions }: Rates, kpis: Kpis): Finding[] {
  const breach = errorRate === null ? undefined : breachOf(errorRate, kpis.errorRate);
  if (errorRate !== null && breach) {
    const limit = `${formatPercent(breach.limit)} (kpis.errorRate.${breach.level})`;
    return [
      {
        code: 'VOPS-PERFORMANCE-ERROR-RATE',
        severity: totalExecutions < FEWEST_RUNS ? 'warning' : breach.severity,
        message: `${formatPercent(errorRate)} of ${totalExecutions} hook runs failed, above ${limit}`,
        hint: 'see what fails: viktoria-ops errors recent',
      },
    ];
  }
  const { target } = kpis.hookSuccessRate;
  if (successRate === null || successRate >= target) return [];
  return [
    {
      code: 'VOPS-PERFORMANCE-SUCCESS-RATE',
      severity: 'warning',
      message: `${formatPercent(successRate)} of the hook runs succeeded, below ${formatPercent(target)} (kpis.hookSuccessRate.target)`,
      hint: 'see what is refused or fails: viktoria-ops errors recent',
    },
  ];
}

function judgeDuration(
  { averageExecutionTime }: Pick<HookPerformance, 'averageExecutionTime'>,
  { hookExecutionTimeMs }: Kpis,
): Finding[] {
  const breach = averageExecutionTime === null ? undefined : breachOf(averageExecutionTime, hookExecutionTimeMs);
  if (averageExecutionTime === null || !breach) return [];
  const limit = `${formatDuration(breach.limit)} (kpis.hookExecutionTimeMs.${breach.level})`;
  return [
    {
      code: 'VOPS-PERFORMANCE-SLOW',
      severity: breach.severity,
      message: `a hook takes ${formatDuration(averageExecutionTime)} on average, above ${limit}`,
      hint: 'start with the slowest hooks below, and with: viktoria-ops db health',
    },
  ];
}

/** A single slow hook disappears in the average of all. A missed target alone is not worth a line here. */
function judgeHook(
  { contentType, operation, averageExecutionTime }: HookMetric,
  { hookExecutionTimeMs }: Kpis,
): Finding[] {
  const breach = averageExecutionTime === null ? undefined : breachOf(averageExecutionTime, hookExecutionTimeMs);
  if (averageExecutionTime === null || !breach || breach.level === 'target') return [];
  const limit = `${formatDuration(breach.limit)} (kpis.hookExecutionTimeMs.${breach.level})`;
  return [
    {
      code: 'VOPS-PERFORMANCE-SLOW-HOOK',
      severity: breach.severity,
      message: `${contentType} ${operation} takes ${formatDuration(averageExecutionTime)} on average, above ${limit}`,
      hint: 'move what can wait out of this hook into a background job',
    },
  ];
}

function judgeResponse(responseTimeMs: number | null, levels: Levels): Finding[] {
  const breach = responseTimeMs === null ? undefined : breachOf(responseTimeMs, levels);
  if (responseTimeMs === null || !breach) return [];
  const limit = `${formatDuration(breach.limit)} (kpis.responseTimeMs.${breach.level})`;
  return [
    {
      code: 'VOPS-PERFORMANCE-RESPONSE-TIME',
      severity: breach.severity,
      message: `the application took ${formatDuration(responseTimeMs)} to answer, above ${limit}`,
      hint: 'is it overloaded? viktoria-ops health',
    },
  ];
}

/** Whether the backend bore the load. Pure. */
import type { Config } from '../../config/index.js';
import { breachOf } from '../../levels.js';
import { formatDuration, formatPercent } from '../../measures.js';
import type { Finding } from '../../status.js';
import type { Load } from './fire.js';

export function judgeLoad(load: Load, kpis: Config['kpis']): Finding[] {
  if (load.requests === 0) {
    const message = 'no request was answered or given up: the test was too short to tell anything';
    return [{ code: 'VOPS-LOAD-NOTHING', severity: 'unknown', message, hint: 'choose a longer --duration' }];
  }
  return [...judgeStop(load), ...judgeFailures(load, kpis), ...judgeTimes(load, kpis)];
}

const failures = ({ failed, requests, unanswered }: Load): string => {
  const silent = unanswered === 0 ? '' : `, ${unanswered} of them without an answer`;
  return `${formatPercent(Math.round((failed / requests) * 10_000) / 10_000)} of ${requests} requests failed${silent}`;
};

function judgeStop(load: Load): Finding[] {
  if (load.stopped !== 'failures') return [];
  return [
    {
      code: 'VOPS-LOAD-STOPPED',
      severity: 'error',
      message: `stopped after ${formatDuration(load.durationMs)}: ${failures(load)}`,
      hint: hintOf(load),
    },
  ];
}

function judgeFailures(load: Load, { errorRate }: Config['kpis']): Finding[] {
  const breach = breachOf(load.failed / load.requests, errorRate);
  if (load.stopped === 'failures' || !breach) return [];
  const limit = `${formatPercent(breach.limit)} (kpis.errorRate.${breach.level})`;
  return [
    {
      code: 'VOPS-LOAD-ERROR-RATE',
      severity: breach.severity,
      message: `${failures(load)}, above ${limit}`,
      hint: hintOf(load),
    },
  ];
}

/** What most of the failures were. */
function hintOf({ statuses, unanswered }: Load): string {
  const count = (wanted: (status: number) => boolean) =>
    Object.entries(statuses).reduce((sum, [status, times]) => sum + (wanted(Number(status)) ? times : 0), 0);
  const kinds: readonly (readonly [number, string])[] = [
    [unanswered, 'it did not answer: is it running, and does its log say why it stopped?'],
    [count((status) => status >= 500), 'see what fails: viktoria-ops errors recent'],
    [count((status) => status === 429), 'it limits our calls: raise its limit for the test, or lower --rate'],
    [count((status) => status === 401 || status === 403), 'set performance.loadTest.token to a token that may do this'],
    [count((status) => status === 404), 'is --path right?'],
    [count((status) => status === 400), 'is --body what this route expects?'],
  ];
  return kinds.reduce((most, kind) => (kind[0] > most[0] ? kind : most))[1];
}

function judgeTimes({ p95Ms }: Load, { responseTimeMs }: Config['kpis']): Finding[] {
  const breach = p95Ms === null ? undefined : breachOf(p95Ms, responseTimeMs);
  if (p95Ms === null || !breach) return [];
  const limit = `${formatDuration(breach.limit)} (kpis.responseTimeMs.${breach.level})`;
  return [
    {
      code: 'VOPS-LOAD-SLOW',
      severity: breach.severity,
      message: `1 in 20 answers took ${formatDuration(p95Ms)} or more, above ${limit}`,
      hint: 'where does the time go? viktoria-ops performance bottlenecks, viktoria-ops db slow-queries',
    },
  ];
}

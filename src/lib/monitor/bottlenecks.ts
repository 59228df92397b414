/** Why a hook costs time, in words. Pure. */
import type { HookMetric } from '../contract/index.js';

/** Guide: hook execution time < 100 ms on average. */
const TARGET_MS = 100;
/** A p99 this many times the median: most runs are fine, some are not, as with locks or rare large inputs. */
const UNEVEN_RATIO = 10;

/** The first reason that holds, with its figures. */
export function bottleneckReason(metric: HookMetric): string {
  const { averageExecutionTime: average, averageOwnTime: own, p50, p99, executions } = metric;
  const runs = `${executions} ${executions === 1 ? 'run' : 'runs'}`;
  if (average === null || own === null) return 'did not run';
  if (average > TARGET_MS && own < average / 2) {
    return `slow: ${text(average)} on average in ${runs}, most of it in the hooks it sets off`;
  }
  if (average > TARGET_MS) return `slow: ${text(average)} on average in ${runs}; the target is ${text(TARGET_MS)}`;
  if (p50 !== null && p99 !== null && p99 > TARGET_MS && p99 > UNEVEN_RATIO * p50) {
    return `uneven: half of ${runs} take up to ${text(p50)}, but 1 in 100 takes ${text(p99)} or more`;
  }
  return `adds up: ${runs} of ${text(average)} on average`;
}

const text = (ms: number): string => `${ms >= 10 ? Math.round(ms) : Math.round(ms * 100) / 100} ms`;

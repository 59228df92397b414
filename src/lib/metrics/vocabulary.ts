import type { Expression, Vocabulary } from '../conditions/index.js';
import { metrics } from './catalogue.js';

const metric = (path: string): Expression => ({ type: 'metric', path });

/** The guide's trigger words, and what else is said for short. */
const aliases: ReadonlyMap<string, Expression> = new Map([
  ['health_check_failed', { type: '==', left: metric('system.status'), right: { type: 'text', value: 'critical' } }],
  ['error_rate', metric('hooks.errorRate')],
  ['avg_query_time', metric('database.averageQueryTime')],
  ['avg_execution_time', metric('hooks.averageExecutionTime')],
  ['queue_size', metric('jobs.queueSize')],
  ['memory_usage', metric('host.memoryUsage')],
  ['disk_usage', metric('host.diskUsage')],
]);

/** What conditions are parsed with. */
export const vocabulary: Vocabulary = { metrics, aliases };

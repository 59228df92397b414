/** The hooks' part: where their time goes, and what has become slower. Nobody but their authors can mend them. */
import type { Config } from '../../config/index.js';
import { formatPercent } from '../../measures.js';
import type { Finding } from '../../status.js';
import type { HookBottlenecks } from '../bottlenecks.js';

/** Bottlenecks above the guide's target, the most time first; below it there is nothing to mend. Pure. */
export function judgeBottlenecks({ bottlenecks }: HookBottlenecks, { hookExecutionTimeMs }: Config['kpis']): Finding[] {
  return bottlenecks
    .filter(({ averageExecutionTime, cause }) => averageExecutionTime > hookExecutionTimeMs.target || isOdd(cause))
    .map(({ contentType, operation, shareOfTime, reason, suggestion }) => ({
      code: 'VOPS-PERFORMANCE-BOTTLENECK',
      severity: 'info',
      message: `${contentType} ${operation} takes ${formatPercent(Math.round(shareOfTime * 100) / 100)} of the hooks' time; ${reason}`,
      hint: suggestion,
    }));
}

/** Worth a look however quick it is on average. */
const isOdd = (cause: HookBottlenecks['bottlenecks'][number]['cause']): boolean =>
  cause === 'queries' || cause === 'waiting';

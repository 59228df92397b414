/** How a measured value stands against its target and the levels at which alerts begin. */
import type { Severity } from './status.js';

export interface Levels {
  readonly target: number;
  readonly warning?: number | undefined;
  readonly critical?: number | undefined;
}

export interface Breach {
  readonly severity: Severity;
  readonly level: 'critical' | 'warning' | 'target';
  readonly limit: number;
}

/**
 * The highest level the value is above, or undefined. A missed target is worth a note where a warning level exists, and
 * a warning where the target is all there is.
 */
export function breachOf(value: number, { target, warning, critical }: Levels): Breach | undefined {
  if (critical !== undefined && value > critical) return { severity: 'error', level: 'critical', limit: critical };
  if (warning !== undefined && value > warning) return { severity: 'warning', level: 'warning', limit: warning };
  if (value <= target) return undefined;
  return { severity: warning === undefined ? 'warning' : 'info', level: 'target', limit: target };
}

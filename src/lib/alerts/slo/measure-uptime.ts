/** The uptime over any time that probes reach back to, for those who need no objective. */
import { join } from 'node:path';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { measureWindow } from './objective.js';
import { readUptime } from './store.js';
import { MINUTE_MS } from './uptime.js';

export interface Uptime {
  /** Share of the known time in which the application was up, 0..1; null when nothing is known. */
  readonly availability: number | null;
  /** Share of the time of which anything is known. */
  readonly coverage: number;
  /** Probes that gave an answer. */
  readonly probes: number;
}

/** Reads what evaluations have recorded; asks nobody. Errors: `VOPS-FILE`, for a damaged history too. */
export async function measureUptime(
  { config, now }: Pick<Context, 'config' | 'now'>,
  windowMs: number,
): Promise<Uptime> {
  const { history, findings } = await readUptime(join((await config()).stateDirectory, 'alerts'));
  const [damage] = findings;
  if (damage !== undefined)
    throw new OperatorError('VOPS-FILE', damage.message, damage.hint ? { hint: damage.hint } : {});
  const minutes = windowMs / MINUTE_MS;
  const { knownMinutes, badMinutes, events } = measureWindow(history, minutes, now());
  return {
    availability: knownMinutes === 0 ? null : 1 - badMinutes / knownMinutes,
    coverage: Math.min(1, knownMinutes / minutes),
    probes: events,
  };
}

/** The host we run on, now. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { conclude, type Outcome } from '../status.js';
import { judgeSystem } from './decide.js';
import { readSystem } from './read.js';
import type { SystemReport } from './report.js';

export { type FileSystem, type HostFigures, readHost } from './host.js';
export { SystemReport } from './report.js';

export const SystemFlags = z.object({
  /** Processes shown, busiest first. */
  top: z.coerce.number().int().min(0).max(100).default(5),
});
export type SystemFlags = z.output<typeof SystemFlags>;

/**
 * Measures the host for a second and holds memory and disks against their KPIs. What cannot be read in time is null, and
 * a finding says so.
 */
export async function inspectSystem(
  { config, signal }: Pick<Context, 'config' | 'signal'>,
  { top }: SystemFlags,
): Promise<Outcome<SystemReport>> {
  const { kpis } = await config();
  const { report, unread } = await readSystem({ top, signal });
  return conclude(report, [...judgeSystem(report, kpis), ...unread]);
}

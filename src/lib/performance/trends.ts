/** `performance trends`: each hook against the week before. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { type ConfigChange, PerformanceHistory } from '../contract/index.js';
import { OperatorError } from '../errors.js';
import { conclude, type Outcome } from '../status.js';
import { compareHooks } from './compare/compare.js';
import { circumstancesOf } from './compare/first-seen.js';
import { HookChange } from './compare/hook-change.js';
import { judgeChanges } from './compare/judge.js';
import { ReportFile } from './report-file.js';

export const TrendsFlags = z.object({ report: ReportFile });
export type TrendsFlags = z.output<typeof TrendsFlags>;

const Window = PerformanceHistory.unwrap().shape.window;

export const HookTrends = z.object({
  window: Window,
  previous: Window,
  /** What costs more time than before first. */
  hooks: z.array(HookChange),
  /** The file that was written; null when none was asked for. */
  reportFile: z.string().nullable(),
});
export type HookTrends = z.infer<typeof HookTrends>;

const WEEK_MS = 7 * 86_400_000;
/** Changes looked through: the most that the route gives. */
const CHANGES = 1_000;

/** Errors: `VOPS-API-…`. */
export async function findHookTrends(
  context: Pick<Context, 'api' | 'config' | 'now'>,
): Promise<Outcome<Omit<HookTrends, 'reportFile'>>> {
  const current = await context.api('performanceHistory');
  const to = current.window.from;
  const from = new Date(Date.parse(to) - WEEK_MS).toISOString();
  const previous = await context.api('performanceHistory', { from, to });
  return compareHistories(context, { previous, current });
}

/** One history against another, whatever lies between them. */
export async function compareHistories(
  context: Pick<Context, 'api' | 'config'>,
  { previous, current }: { readonly previous: PerformanceHistory; readonly current: PerformanceHistory },
): Promise<Outcome<Omit<HookTrends, 'reportFile'>>> {
  const { performance } = await context.config();
  const circumstances = circumstancesOf(await configChanges(context), [...previous.starts, ...current.starts]);
  const hooks = compareHooks({ previous, current, circumstances }, performance);
  const result = { window: current.window, previous: previous.window, hooks };
  return conclude(result, judgeChanges(hooks, previous.window));
}

/** None of a backend that does not keep them: they are only what a regression is named with. */
async function configChanges({ api }: Pick<Context, 'api'>): Promise<readonly ConfigChange[]> {
  try {
    return await api('configChanges', { limit: CHANGES });
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'VOPS-API-NOT-OFFERED') return [];
    throw error;
  }
}

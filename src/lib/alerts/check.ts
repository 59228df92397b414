/**
 * One evaluation of all rules. The order is what loses nothing: notifications are stored, then the state that brought
 * them, then they are delivered. Killed anywhere, the next evaluation goes on from what is stored.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Value } from '../conditions/index.js';
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import { ensurePrivateDirectory } from '../files/index.js';
import { metrics, type Sample, takeSample } from '../metrics/index.js';
import { withLock } from '../process/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { type AlertCheck, type FiringAlert, headlineOf, judgeFiring } from './check-result.js';
import { loadRules } from './compile-rules.js';
import { type Evaluated, type Evaluation, evaluateRules, mutingBy, severityOf } from './engine/index.js';
import { recordTransitions } from './history.js';
import { judgeRule } from './judge.js';
import { deliver, enqueue, judgeDelivery } from './outbox/index.js';
import { openMemory, type Remembered, saveMemory } from './remembered.js';
import type { Rule } from './rule.js';

export const CheckFlags = z.object({ lockWait: Duration.optional() });
export type CheckFlags = z.output<typeof CheckFlags>;

/** What an evaluation saw and concluded, for those who act on it. */
export interface Checked {
  readonly outcome: Outcome<AlertCheck>;
  readonly sample: Sample;
  readonly rules: readonly Rule[];
}

/** How long new attempts at delivery may begin: the next evaluation takes up what is left. */
const DELIVERY_BUDGET_MS = 20_000;
/** Longer than another evaluation with its deliveries takes. */
const LOCK_WAIT_MS = 60_000;

/**
 * Measures, evaluates, tells. With `--dry-run` nothing is written and nobody is told. `alsoMeasure` are metrics that
 * somebody else wants to know of the same moment.
 * @throws OperatorError VOPS-CONFIG-INVALID for broken rules; VOPS-LOCK-BUSY while another evaluation goes on
 */
export async function checkAlerts(
  context: Context,
  { lockWait }: CheckFlags,
  alsoMeasure: readonly string[] = [],
): Promise<Checked> {
  const config = await context.config();
  const rules = await loadRules(config);
  const inquiry = { config, rules, paths: pathsOf(rules, alsoMeasure) };
  const state = await context.state();
  if (context.dryRun) return lookOnly(context, inquiry, join(state, 'alerts'));
  const directory = join(state, 'alerts');
  await ensurePrivateDirectory(directory);
  const startedAt = context.now().toISOString();
  const lock = {
    waitMs: lockWait ?? (context.interactive ? 0 : LOCK_WAIT_MS),
    signal: context.signal,
    holder: { command: 'alerts check', runId: context.runId, startedAt },
  };
  return withLock(join(directory, 'lock'), lock, () => evaluateAndTell(context, inquiry, directory));
}

/**
 * One evaluation of all rules. The order is what loses nothing: notifications are stored, then the state that brought
 * them, then they are delivered. Killed anywhere, the next evaluation goes on from what is stored.
 */
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { ensurePrivateDirectory } from '../files/index.js';
import { sendHeartbeat } from '../heartbeat.js';
import type { Sample } from '../metrics/index.js';
import { withLock } from '../process/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { type AlertCheck, headlineOf, judgeFiring, judgeProblems } from './check-result.js';
import { loadRules } from './compile-rules.js';
import { describeAlerts } from './describe-alerts.js';
import type { AlertRecord } from './engine/index.js';
import { evaluateNow, type Moment, openMoment, viewMoment } from './evaluate-now.js';
import { recordTransitions } from './history.js';
import { type DeliveryReport, deliver, enqueue, judgeDelivery } from './outbox/index.js';
import { writeUptime } from './slo/index.js';
import { writeAlertState } from './state.js';
import { isDiskFull } from './stored.js';

export const CheckFlags = z.object({ lockWait: Duration.optional() });
export type CheckFlags = z.output<typeof CheckFlags>;

/** An evaluation, for those who act on it. */
interface Checked {
  readonly outcome: Outcome<AlertCheck>;
  readonly sample: Sample;
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
  const rules = await loadRules(await context.config());
  const directory = join(await context.state(), 'alerts');
  const inquiry = { rules, alsoMeasure, directory };
  if (context.dryRun) return lookOnly(await viewMoment(context, inquiry));
  await ensurePrivateDirectory(directory);
  const holder = { command: 'alerts check', runId: context.runId, startedAt: context.now().toISOString() };
  const waitMs = lockWait ?? (context.interactive ? 0 : LOCK_WAIT_MS);
  return beating(context, () =>
    withLock(join(directory, 'lock'), { waitMs, signal: context.signal, holder }, async () =>
      evaluateAndTell(context, await openMoment(context, inquiry), directory),
    ),
  );
}

/** Tells whoever watches over the alerts that they were evaluated, and whether everybody was told. */
async function beating(context: Context, check: () => Promise<Checked>): Promise<Checked> {
  const { heartbeatUrl } = (await context.config()).alerting;
  let beat: 'success' | 'fail' = 'fail';
  try {
    const checked = await check();
    beat = isToldToAll(checked.outcome.result.delivery) ? 'success' : 'fail';
    return checked;
  } finally {
    await sendHeartbeat(context, heartbeatUrl, beat);
  }
}

const isStanding = ({ phase, flapping }: AlertRecord) => phase === 'firing' || flapping;

const isToldToAll = (delivery: AlertCheck['delivery']) =>
  delivery !== null && delivery.pending + delivery.dead + delivery.dropped === 0;

function lookOnly(moment: Moment): Checked {
  const evaluation = evaluateNow(moment);
  const described = describeAlerts(moment, evaluation);
  return concluded(moment, { ...described, delivery: null });
}

async function evaluateAndTell(context: Context, moment: Moment, directory: string): Promise<Checked> {
  const { alerting } = await context.config();
  const evaluation = evaluateNow(moment);
  const { notifications, transitions, state } = evaluation;
  const unwritten = await enqueue(context, notifications);
  const isStored = unwritten.length === 0;
  const unkept = [
    ...(isStored ? await kept(() => writeAlertState(directory, state)) : []),
    ...(await kept(() => writeUptime(directory, moment.uptime))),
    ...(await kept(() => recordTransitions(directory, transitions))),
  ];
  const described = describeAlerts(moment, evaluation);
  const standing = new Set([...state.alerts.values()].filter(isStanding).map(({ rule }) => rule));
  const delivery = await deliver(context, alerting.channels, { budgetMs: DELIVERY_BUDGET_MS, unwritten, standing });
  // What could not be stored is told all the same. Once nothing waits the state may be kept; else the old one brings it again.
  if (!isStored && delivery.pending === 0) unkept.push(...(await kept(() => writeAlertState(directory, state))));
  const untold = await keepOwnMetrics(context, delivery);
  return concluded(moment, { ...described, delivery }, [...judgeDelivery(delivery), ...unkept, ...untold]);
}

/** A full disk keeps nobody from being told: what could not be kept is a finding beside the others. */
async function kept(write: () => Promise<void>): Promise<Finding[]> {
  try {
    await write();
    return [];
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const { code, message, hint = 'free some space' } = error;
    return [{ code, severity: 'error', message, hint }];
  }
}

/** A collector that cannot be told is a warning: the alerts themselves have been. */
async function keepOwnMetrics(context: Context, report: DeliveryReport): Promise<Finding[]> {
  const { textfile } = (await context.config()).alerting;
  if (textfile === undefined) return [];
  try {
    const { writeOwnMetrics } = await import('./own-metrics.js');
    await writeOwnMetrics(context, textfile, { command: 'alerts check', report });
    return [];
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const { message, hint = 'check alerting.textfile' } = error;
    return [{ code: 'VOPS-ALERTS-TEXTFILE', severity: 'warning', message, hint }];
  }
}

function concluded(
  { sample, findings: known }: Moment,
  described: Omit<AlertCheck, 'headline'>,
  findings: readonly Finding[] = [],
): Checked {
  const result = { headline: headlineOf(described, sample.at), ...described };
  return {
    outcome: conclude(result, [
      ...judgeFiring(result.firing),
      ...judgeProblems(result.problems),
      ...known,
      ...findings,
    ]),
    sample,
  };
}

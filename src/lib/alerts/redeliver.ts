/** `alerts redeliver`: what a channel would not take, once more. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { ensurePrivateDirectory } from '../files/index.js';
import { withLock } from '../process/index.js';
import { conclude, type Outcome } from '../status.js';
import { endOf } from './engine/index.js';
import { deadLetters, deliver, judgeDelivery, reviveDeadLetters } from './outbox/index.js';
import { readAlertState } from './state.js';
import { channelSettings } from './test-message.js';

export const RedeliverFlags = z.object({ channel: z.string().min(1) });
export type RedeliverFlags = z.output<typeof RedeliverFlags>;

export const Redelivery = z.object({
  channel: z.string(),
  /** What was given up for it, the oldest first. */
  letters: z.array(z.object({ id: z.string(), diedAt: z.iso.datetime(), summary: z.string(), reason: z.string() })),
  /** False for a plan. */
  applied: z.boolean(),
  /** Events that the channel still has not taken, these and others; null for a plan. */
  pending: z.int().nullable(),
});
export type Redelivery = z.output<typeof Redelivery>;

type RedeliverContext = Pick<Context, 'config' | 'state' | 'now' | 'elapsed' | 'signal' | 'runId' | 'log'>;

/** Time for new attempts; what is left then waits for the next evaluation. */
const BUDGET_MS = 60_000;
/** An evaluation takes seconds. */
const LOCK_WAIT_MS = 30_000;

/** What would be told again. Errors: `VOPS-USAGE` for a channel that is not configured, `VOPS-FILE`. */
export async function planRedelivery(
  context: RedeliverContext,
  { channel }: RedeliverFlags,
): Promise<Outcome<Redelivery>> {
  await channelSettings(context, channel);
  const letters = await deadLetters(context, channel);
  const listed = letters.map(({ event, diedAt, reason }) => ({ id: event.id, diedAt, summary: event.summary, reason }));
  return conclude({ channel, letters: listed, applied: false, pending: null });
}

/** Puts it back into the outbox and delivers. Errors: those of `deliver`, `VOPS-LOCK-BUSY`, `VOPS-DISK-FULL`. */
export async function applyRedelivery(
  context: RedeliverContext,
  { result }: Outcome<Redelivery>,
): Promise<Outcome<Redelivery>> {
  const directory = join(await context.state(), 'alerts');
  const { alerting } = await context.config();
  const holder = { command: 'alerts redeliver', runId: context.runId, startedAt: context.now().toISOString() };
  await ensurePrivateDirectory(directory);
  return withLock(join(directory, 'lock'), { waitMs: LOCK_WAIT_MS, signal: context.signal, holder }, async () => {
    const now = context.now();
    const { state } = await readAlertState(directory, now);
    await reviveDeadLetters(context, result.channel, (event) => endOf(event, state, now));
    const report = await deliver(context, alerting.channels, { budgetMs: BUDGET_MS });
    const pending = report.channels.find(({ channel }) => channel === result.channel)?.pending ?? 0;
    return conclude({ ...result, applied: true, pending }, judgeDelivery(report));
  });
}

/** Delivers what waits in the outbox, for whoever has put something there between two evaluations. */
import { join } from 'node:path';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { ensurePrivateDirectory } from '../files/index.js';
import { withLock } from '../process/index.js';
import { deliver } from './outbox/index.js';

const BUDGET_MS = 10_000;

/** While an evaluation goes on, or where nothing can be delivered, the next evaluation does it. */
export async function flushOutbox(context: Context): Promise<void> {
  const directory = join(await context.state(), 'alerts');
  const { alerting } = await context.config();
  const holder = { command: 'incidents run', runId: context.runId, startedAt: context.now().toISOString() };
  try {
    await ensurePrivateDirectory(directory);
    await withLock(join(directory, 'lock'), { waitMs: 0, signal: context.signal, holder }, () =>
      deliver(context, alerting.channels, { budgetMs: BUDGET_MS }),
    );
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    context.log.info(`messages wait for the next evaluation of the alerts: ${error.message}`);
  }
}

/** Tells systemd how a service of `Type=notify` is doing; see sd_notify(3). */
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';

const TIMEOUT_MS = 5_000;

/**
 * Sends assignments such as `READY=1` or `WATCHDOG=1` when systemd asked for them (NOTIFY_SOCKET), by systemd-notify(1):
 * Node has no datagrams over Unix sockets. The unit needs `NotifyAccess=all`. Never throws: a watcher that cannot be
 * told acts as one that hears nothing.
 */
export async function notifySystemd(
  { env, exec, log }: Pick<Context, 'env' | 'exec' | 'log'>,
  ...assignments: readonly string[]
): Promise<void> {
  const { NOTIFY_SOCKET } = env;
  if (!NOTIFY_SOCKET) return;
  try {
    await exec('systemd-notify', assignments, { timeoutMs: TIMEOUT_MS, env: { NOTIFY_SOCKET } });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    log.warn(`systemd was not told ${assignments[0]}: ${error.message}`);
  }
}

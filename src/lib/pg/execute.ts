/** One statement that may run for long, on a session that outlives it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { abortReason } from '../errors.js';
import type { Guard } from './guard.js';
import type { Notice, Statement } from './index.js';
import type { Link } from './link.js';

export interface ExecutionSite {
  readonly link: Link;
  readonly guard: Guard;
  /** Longest an ordinary query may take. */
  readonly limitMs: number;
}

/** How long a cancelled statement may take to end before the connection is given up. */
const CANCEL_GRACE_MS = 5_000;
/** A cancel request strikes whatever runs when it arrives, so the next statement waits until it has. */
const CANCEL_ARRIVAL_MS = 50;

/** What the server said to a statement. */
export interface Reply {
  readonly notices: readonly Notice[];
  readonly rows: readonly unknown[];
}

/** Runs the statement under its own limits, then puts those of the session back. */
export async function executeStatement(site: ExecutionSite, statement: Statement): Promise<Reply> {
  const { guard, link, limitMs } = site;
  const { timeoutMs, lockTimeoutMs, signal } = statement;
  if (signal.aborted) throw abortReason(signal);
  // The server's own limit holds should this process die; it comes second.
  const limits = `set statement_timeout = ${timeoutMs + CANCEL_GRACE_MS}; set lock_timeout = ${lockTimeoutMs}`;
  await guard.run(() => link.client.query(limits), limitMs);
  try {
    return await runCancellable(site, statement);
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    throw error;
  } finally {
    // On a connection that is gone this fails, and the statement's own error tells why.
    await guard.run(() => link.client.query('reset statement_timeout; reset lock_timeout'), limitMs).catch(() => {});
  }
}

async function runCancellable({ link, guard }: ExecutionSite, statement: Statement): Promise<Reply> {
  const { sql, timeoutMs, signal } = statement;
  const notices: Notice[] = [];
  const collect = (notice: Partial<Notice>) => notices.push({ code: notice.code ?? '', message: notice.message ?? '' });
  let cancelled: Promise<void> | undefined;
  const cancel = () => {
    cancelled ??= guard.cancel().then(() => sleep(CANCEL_ARRIVAL_MS));
  };
  const timer = setTimeout(cancel, timeoutMs);
  signal.addEventListener('abort', cancel, { once: true });
  link.client.on('notice', collect);
  try {
    const { rows } = await guard.run(() => link.client.query(sql), timeoutMs + 2 * CANCEL_GRACE_MS);
    return { notices, rows };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    link.client.off('notice', collect);
    await cancelled;
  }
}

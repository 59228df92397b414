/** Watches over a connection: once it is lost or given up, for whatever reason, that reason answers every query. */
import { abortReason, type OperatorError } from '../errors.js';
import { sendCancel } from './cancel.js';
import { connectionLost, queryError, queryTimeout } from './errors.js';
import { type DatabaseOptions, endpoint, type Link } from './link.js';

export interface Guard {
  /** Runs one query within the limit; what it throws is an `OperatorError`. */
  readonly run: <T>(work: () => Promise<T>, limitMs: number) => Promise<T>;
  /** Asks the server to end what runs; the connection stays. */
  readonly cancel: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** An aborted signal gives the connection up, until it is closed. */
export function guardConnection(link: Link, { config, signal }: DatabaseOptions): Guard {
  const { address, server } = endpoint(config);
  const line = watchLine(link, address, async () => {
    const key = link.cancelKey();
    if (key) await sendCancel(server, key); // harmless when nothing runs
  });
  const abort = () => line.giveUp(abortReason(signal));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return {
    cancel: line.cancel,
    run: async (work, limitMs) => {
      const lost = line.lost();
      if (lost) throw lost;
      const timer = setTimeout(() => line.giveUp(queryTimeout(address, limitMs)), limitMs);
      try {
        return await work();
      } catch (error) {
        throw line.lost() ?? queryError(error, address);
      } finally {
        clearTimeout(timer);
      }
    },
    close: async () => {
      signal.removeEventListener('abort', abort);
      await line.end();
    },
  };
}

/** The connection itself: whether it still stands, and why not. */
function watchLine(link: Link, address: string, cancel: () => Promise<void>) {
  let lost: OperatorError | undefined;
  let cancelled: Promise<void> | undefined;
  link.client.on('error', (error) => {
    lost ??= connectionLost(address, error);
  });
  return {
    cancel,
    lost: () => lost,
    giveUp: (reason: OperatorError) => {
      lost ??= reason;
      cancelled ??= cancel();
      link.socket.destroy();
    },
    end: async () => {
      if (lost) link.socket.destroy();
      else await sayGoodbye(link);
      await cancelled;
    },
  };
}

/** Longest wait for a polite goodbye. */
const CLOSE_TIMEOUT_MS = 1_000;

async function sayGoodbye({ client, socket }: Link): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
  await client.end();
  clearTimeout(timer);
}

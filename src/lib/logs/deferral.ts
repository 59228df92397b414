/** Whether a rotated log may be compressed or deleted: pure, from what is known of its writers. */
import type { Finding } from '../status.js';
import type { Writers } from './writers.js';

export interface RotatedLog {
  readonly name: string;
  /** Rotated by this very run. */
  readonly isFresh: boolean;
  readonly rotatedAt: Date | undefined;
  readonly modifiedAt: Date;
}

export interface DeferralPolicy {
  readonly reopenWithinMs: number;
  /** The writer has been told to open its log anew. */
  readonly isTold: boolean;
}

/** A finding when the log has to wait for a later run; undefined when nobody writes to it any more. */
export function deferralOf(log: RotatedLog, writers: Writers, policy: DeferralPolicy): Finding | undefined {
  const pids = writers.pids.get(log.name);
  if (pids !== undefined) return held(log, pids, policy);
  if ((writers.isComplete && writers.seesHost) || isQuiet(log, policy)) return undefined;
  return {
    code: 'VOPS-LOGS-DEFERRED',
    severity: 'info',
    message: `${log.name} is compressed by the next run: not every process that could still write to it can be seen`,
    hint: writers.seesHost
      ? 'run as root to see them all'
      : 'a container sees its own processes only: run it on the host to see them all',
  };
}

/** Left by an earlier run, and nobody has written since the time its writer had to let go. */
function isQuiet({ isFresh, rotatedAt, modifiedAt }: RotatedLog, { reopenWithinMs }: DeferralPolicy): boolean {
  return !isFresh && rotatedAt !== undefined && modifiedAt.getTime() <= rotatedAt.getTime() + reopenWithinMs;
}

function held({ name, isFresh }: RotatedLog, pids: readonly number[], { isTold }: DeferralPolicy): Finding {
  return {
    code: 'VOPS-LOGS-HELD',
    severity: isFresh && isTold ? 'info' : 'warning',
    message: `${name} waits for a later run: process ${pids.join(', ')} still writes to it`,
    hint: isTold
      ? `does it open its log anew when it is told to (logs.reopen)? See: ls -l /proc/${pids[0]}/fd`
      : 'set logs.reopen to how the backend opens its log anew, or restart it; or set logs.method to copytruncate',
  };
}

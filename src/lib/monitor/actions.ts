/** What may be changed in a running application: bounded in time or number, and written down. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ActionResult, Caller, Handlers } from '../contract/index.js';
import { withDeadline } from './deadline.js';
import { windowLength } from './history/periods.js';
import { atMostEvery } from './limits.js';
import { Refusal } from './refusal.js';

/** What the application lets be changed; what it does not give is refused. */
export interface Controls {
  /** Sets the level of the log, undefined for the usual one. */
  readonly setLogLevel?: ((level: 'debug' | undefined) => void) | undefined;
  /** By name. */
  readonly caches: ReadonlyMap<string, () => unknown>;
}

/** One line of the audit. */
export interface AuditEntry extends Caller {
  readonly action: string;
  readonly outcome: string;
  readonly until?: string;
}

/** Who is told: `onError` of what fails when nobody waits for an answer. */
interface Witnesses {
  readonly audit: (entry: AuditEntry) => void;
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface Actions extends Pick<Handlers, 'debugLogging' | 'collectGarbage' | 'clearCaches'> {
  /** Takes back what was set for a time. */
  readonly stop: () => void;
}

type Done = Omit<ActionResult, 'action'>;

const LONGEST_TTL_MS = 24 * 3_600_000;
const GARBAGE_EVERY_MS = 60_000;
/** Below the server's own deadline, so that the audit learns of a cache that hangs. */
const CACHE_DEADLINE_MS = 3_000;
const REFUSALS_EVERY_MS = 1_000;

export function createActions(controls: Controls, witnesses: Witnesses): Actions {
  const audited = auditWith(witnesses.audit);
  const detailed = createDetailedLog(controls, witnesses);
  let collectedAt = Number.NEGATIVE_INFINITY;
  return {
    debugLogging: audited('debug-logging', ({ enabled, ttl }) => {
      if (!controls.setLogLevel) throw new Refusal(501, 'the level of this log cannot be set');
      const lengthMs = windowLength(ttl);
      if (lengthMs > LONGEST_TTL_MS) throw new Refusal(400, 'ttl: 24h at most');
      if (enabled) return { outcome: 'level debug', until: detailed.begin(lengthMs) };
      detailed.end();
      return { outcome: 'the usual level' };
    }),
    collectGarbage: audited('collect-garbage', () => {
      const waitMs = collectedAt + GARBAGE_EVERY_MS - performance.now();
      if (waitMs > 0) {
        throw new Refusal(429, 'at most once a minute', { 'retry-after': String(Math.ceil(waitMs / 1000)) });
      }
      collectedAt = performance.now();
      return { outcome: `${collectGarbage()} bytes freed` };
    }),
    clearCaches: audited('clear-caches', () => clearCaches(controls.caches)),
    stop: detailed.stop,
  };
}

/** Writes down each action with its outcome, that of a failure too; refusals not more often than once a second. */
function auditWith(audit: Witnesses['audit']) {
  const auditRefusal = atMostEvery(REFUSALS_EVERY_MS, audit);
  return <Parameters>(action: string, work: (parameters: Parameters) => Done | Promise<Done>) =>
    async (parameters: Parameters, caller: Caller): Promise<ActionResult> => {
      try {
        const done = await work(parameters);
        audit({ ...caller, action, ...done });
        return { action, ...done };
      } catch (error) {
        if (error instanceof Refusal) auditRefusal({ ...caller, action, outcome: `refused: ${error.message}` });
        else audit({ ...caller, action, outcome: 'failed' });
        throw error;
      }
    };
}

/** The log in detail until its time is over. A level that cannot be set back now is tried again at the next occasion. */
function createDetailedLog({ setLogLevel }: Controls, { onError }: Witnesses) {
  let isDetailed = false;
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearTimeout(timer);
    if (isDetailed) setLogLevel?.(undefined);
    isDetailed = false;
  };
  // Nobody waits for an answer: thrown from a timer it would end the application.
  const stop = () => {
    try {
      end();
    } catch (error) {
      onError?.(error);
    }
  };
  return {
    /** Begins, or begins anew; returns when it ends. */
    begin(lengthMs: number): string {
      setLogLevel?.('debug');
      isDetailed = true;
      clearTimeout(timer);
      timer = setTimeout(stop, lengthMs).unref();
      return new Date(Date.now() + lengthMs).toISOString();
    },
    end,
    stop,
  };
}

/** Bytes freed. Node hands the collector out to who was started with a flag, or sets it now. */
function collectGarbage(): number {
  const before = process.memoryUsage().heapUsed;
  if (globalThis.gc) globalThis.gc();
  else {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    setFlagsFromString('--no-expose-gc');
  }
  return Math.max(0, before - process.memoryUsage().heapUsed);
}

/** All of them, though one fails. */
async function clearCaches(caches: Controls['caches']): Promise<Done> {
  if (caches.size === 0) throw new Refusal(501, 'the application registered no caches');
  const names = [...caches.keys()];
  const clearing = [...caches.values()].map((clear) => withDeadline(async () => clear(), CACHE_DEADLINE_MS));
  const results = await Promise.allSettled(clearing);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const failed = names.filter((_name, index) => results[index]?.status === 'rejected');
  if (failed.length > 0) throw new AggregateError(errors, `caches that could not be cleared: ${failed.join(', ')}`);
  return { outcome: `cleared ${names.join(', ')}` };
}

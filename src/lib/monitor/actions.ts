/** What may be changed in a running application: bounded in time or number, and written down. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ActionResult, Caller, Handlers } from '../contract/index.js';
import { windowLength } from './history/periods.js';
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

export interface Actions extends Pick<Handlers, 'debugLogging' | 'collectGarbage' | 'clearCaches'> {
  /** Takes back what was set for a time. */
  readonly stop: () => void;
}

const LONGEST_TTL_MS = 24 * 3_600_000;
const GARBAGE_EVERY_MS = 60_000;

export function createActions(controls: Controls, audit: (entry: AuditEntry) => void): Actions {
  let revert: NodeJS.Timeout | undefined;
  let collectedAt = Number.NEGATIVE_INFINITY;

  const done = (result: ActionResult, caller: Caller): ActionResult => {
    audit({ ...caller, ...result });
    return result;
  };
  const usual = () => {
    clearTimeout(revert);
    if (revert) controls.setLogLevel?.(undefined);
    revert = undefined;
  };
  return {
    debugLogging({ enabled, ttl }, caller) {
      const [action, lengthMs] = ['debug-logging', windowLength(ttl)] as const;
      if (!controls.setLogLevel) throw new Refusal(501, 'the level of this log cannot be set');
      if (lengthMs > LONGEST_TTL_MS) throw new Refusal(400, 'ttl: 24h at most');
      usual();
      if (!enabled) return done({ action, outcome: 'the usual level' }, caller);
      controls.setLogLevel('debug');
      revert = setTimeout(usual, lengthMs).unref();
      return done({ action, outcome: 'level debug', until: new Date(Date.now() + lengthMs).toISOString() }, caller);
    },
    collectGarbage(_none, caller) {
      const waitMs = collectedAt + GARBAGE_EVERY_MS - performance.now();
      if (waitMs > 0) {
        throw new Refusal(429, 'at most once a minute', { 'retry-after': String(Math.ceil(waitMs / 1000)) });
      }
      collectedAt = performance.now();
      return done({ action: 'collect-garbage', outcome: `${collectGarbage()} bytes freed` }, caller);
    },
    async clearCaches(_none, caller) {
      if (controls.caches.size === 0) throw new Refusal(501, 'the application registered no caches');
      for (const clear of controls.caches.values()) await clear();
      return done({ action: 'clear-caches', outcome: `cleared ${[...controls.caches.keys()].join(', ')}` }, caller);
    },
    stop: usual,
  };
}

/** Bytes freed. Node hands the collector out only to who was started with a flag, or sets it now. */
function collectGarbage(): number {
  const before = process.memoryUsage().heapUsed;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  setFlagsFromString('--no-expose-gc');
  return Math.max(0, before - process.memoryUsage().heapUsed);
}

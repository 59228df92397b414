/** Figures of the process we run in. */

import { totalmem } from 'node:os';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { MINUTE_MS } from './history/periods.js';

export interface ProcessFigures {
  readonly pid: number;
  /** 99th percentile of the last minute or so. */
  readonly eventLoopLagMs: number;
  readonly heapUsedBytes: number;
  readonly heapLimitBytes: number;
  readonly residentBytes: number;
  /** What the process may use: the container's limit where there is one, else the host's memory. */
  readonly memoryLimitBytes: number;
  readonly cpuSeconds: number;
}

export interface ProcessProbe {
  readonly read: () => ProcessFigures;
  readonly stop: () => void;
}

const RESOLUTION_MS = 20;

/** Begins to watch the event loop; the timer behind it does not keep the process alive. */
export function startProcessProbe(): ProcessProbe {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let lag = 0;
  let resetAt = performance.now();
  const readLag = () => {
    lag = lagOf(delay) ?? lag;
    if (performance.now() - resetAt > MINUTE_MS) {
      delay.reset();
      resetAt = performance.now();
    }
    return lag;
  };
  return { read: () => readFigures(readLag()), stop: () => void delay.disable() };
}

/** The histogram holds the distance between two ticks, so an idle loop reads as the resolution. */
function lagOf(delay: IntervalHistogram): number | undefined {
  if (delay.count === 0) return undefined;
  return Math.max(0, Math.round((delay.percentile(99) / 1e6 - RESOLUTION_MS) * 100) / 100);
}

function readFigures(eventLoopLagMs: number): ProcessFigures {
  const heap = getHeapStatistics();
  const { user, system } = process.cpuUsage();
  // Without a limit the kernel reports 0 or a number beyond any memory.
  const limit = process.constrainedMemory();
  return {
    pid: process.pid,
    eventLoopLagMs,
    heapUsedBytes: heap.used_heap_size,
    heapLimitBytes: heap.heap_size_limit,
    residentBytes: process.memoryUsage.rss(),
    memoryLimitBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    cpuSeconds: (user + system) / 1e6,
  };
}

/** What the application says of itself, and whether it says anything. */
import type { ErrorCode } from '../../errors.js';
import type { Source } from './source.js';

/** Nobody answers. Any other failure is an answer, though not the one asked for. */
export const NO_ANSWER: readonly ErrorCode[] = ['VOPS-API-UNREACHABLE', 'VOPS-API-TIMEOUT', 'VOPS-STEP-TIMEOUT'];

export const health: Source = {
  name: 'health',
  api: 'required',
  read: async ({ context }) => {
    let responseTimeMs: number | null = null;
    const overview = await context.api('health', {}, { onDuration: (durationMs) => (responseTimeMs = durationMs) });
    const { process } = overview;
    return {
      values: {
        'system.status': overview.status,
        'system.uptime': overview.uptime,
        'system.activeConnections': overview.activeConnections,
        'system.responseTime': responseTimeMs,
        'process.eventLoopLag': process?.eventLoopLagMs ?? null,
        'process.heapUsage': process ? process.heapUsedBytes / process.heapLimitBytes : null,
        'process.residentMemory': process?.residentBytes ?? null,
      },
    };
  },
  whenFailed: ({ code }) => ({ 'system.status': NO_ANSWER.includes(code) ? 'critical' : null }),
};

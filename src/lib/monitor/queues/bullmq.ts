/** BullMQ: asked through the application's own copy of the library. */
import { createRequire } from 'node:module';
import * as z from 'zod';
import type { QueueSource } from './source.js';

export const BullmqOptions = z.strictObject({
  type: z.literal('bullmq'),
  queues: z.array(z.string()).min(1),
  /** As ioredis takes it. */
  connection: z.record(z.string(), z.unknown()),
  prefix: z.string().optional(),
});

/** What we use of a `Queue`. */
export interface BullmqQueue {
  readonly name: string;
  readonly getJobCounts: (...states: BullmqState[]) => Promise<Record<string, number>>;
  readonly getWaiting: (start: number, end: number) => Promise<readonly { readonly timestamp: number }[]>;
  readonly disconnect: () => Promise<void>;
  readonly on: (event: 'error', listener: () => void) => unknown;
}
type BullmqState = 'wait' | 'prioritized' | 'delayed' | 'active' | 'completed' | 'failed' | 'paused' | 'waiting-children';

interface Bullmq {
  readonly Queue: new (name: string, options: Record<string, unknown>) => BullmqQueue;
}

/**
 * Opens connections of our own on first use.
 * @param resolveFrom a file of the application: its `bullmq` is the one that is used
 */
export function openBullmq(options: z.output<typeof BullmqOptions>, resolveFrom: string): QueueSource {
  let queues: readonly BullmqQueue[] = [];
  let source: QueueSource | undefined;
  return {
    name: 'bullmq',
    async read() {
      if (!source) {
        queues = openQueues(options, resolveFrom);
        source = fromBullmq(queues);
      }
      return source.read();
    },
    close: async () => void (await Promise.all(queues.map((queue) => queue.disconnect()))),
  };
}

function openQueues({ connection, prefix, queues }: z.output<typeof BullmqOptions>, resolveFrom: string): BullmqQueue[] {
  const { Queue } = createRequire(resolveFrom)('bullmq') as Bullmq; // its own promise
  // A server that is away is told by the read that fails, and not kept waiting for.
  const settings = { connection: { ...connection, maxRetriesPerRequest: 1, enableOfflineQueue: false } };
  return queues.map((name) => new Queue(name, prefix === undefined ? settings : { ...settings, prefix }));
}

/** A source over queues that the application has open, and closes itself. */
export function fromBullmq(queues: readonly BullmqQueue[]): QueueSource {
  for (const queue of queues) queue.on('error', () => undefined);
  const rate = createRate();
  return {
    name: 'bullmq',
    async read() {
      const readings = await Promise.all(queues.map(readQueue));
      const sum = (state: keyof (typeof readings)[number]['states']) =>
        readings.reduce((total, { states }) => total + states[state], 0);
      const ages = readings.flatMap(({ ageSeconds }) => (ageSeconds === null ? [] : [ageSeconds]));
      const states = {
        ready: sum('ready'),
        scheduled: sum('scheduled'),
        active: sum('active'),
        completed: sum('completed'),
        failed: sum('failed'),
      };
      return {
        states,
        readyByType: Object.fromEntries(readings.flatMap(({ name, states: { ready } }) => (ready > 0 ? [[name, ready]] : []))),
        oldestReadyAgeSeconds: ages.length === 0 ? null : Math.max(...ages),
        processedPerMinute: rate(states.completed),
        completed: states.completed,
        averageProcessingMs: null,
      };
    },
  };
}

async function readQueue(queue: BullmqQueue) {
  const counts = await queue.getJobCounts('wait', 'prioritized', 'delayed', 'active', 'completed', 'failed', 'paused', 'waiting-children');
  const of = (...names: BullmqState[]) => names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  // The one to be taken next has waited longest. Prioritised jobs lie elsewhere, unordered by age.
  const [oldest] = await queue.getWaiting(0, 0);
  return {
    name: queue.name,
    ageSeconds: oldest ? Math.max(0, (Date.now() - oldest.timestamp) / 1000) : null,
    states: {
      ready: of('wait', 'prioritized'),
      scheduled: of('delayed', 'paused', 'waiting-children'),
      active: of('active'),
      completed: of('completed'),
      failed: of('failed'),
    },
  };
}

/** Jobs a minute between two reads; BullMQ tells only how many it keeps. Null when it has dropped some in between. */
function createRate(): (completed: number) => number | null {
  let before: { readonly completed: number; readonly at: number } | undefined;
  return (completed) => {
    const at = performance.now();
    const last = before;
    before = { completed, at };
    if (!last || completed < last.completed) return null;
    return ((completed - last.completed) / (at - last.at)) * 60_000;
  };
}

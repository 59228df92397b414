/** BullMQ: asked through the application's own copy of the library. */
import { createRequire } from 'node:module';
import * as z from 'zod';
import { type QueueSource, sumsOf } from './source.js';

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
  readonly client: Promise<{
    readonly get: (key: string) => Promise<string | null>;
    readonly zrevrange: (key: string, start: number, end: number) => Promise<readonly string[]>;
    readonly zscore: (key: string, member: string) => Promise<string | null>;
  }>;
  /** The key of what BullMQ keeps under this name. */
  readonly toKey: (name: string) => string;
  readonly on: (event: 'error', listener: () => void) => unknown;
}
type BullmqState =
  | 'wait'
  | 'prioritized'
  | 'delayed'
  | 'active'
  | 'completed'
  | 'failed'
  | 'paused'
  | 'waiting-children';

interface RedisClient {
  readonly on: (event: 'error', listener: () => void) => unknown;
  readonly disconnect: () => void;
}
interface Ioredis {
  readonly Redis: new (options: Record<string, unknown>) => RedisClient;
}
interface Bullmq {
  readonly Queue: new (name: string, options: Record<string, unknown>) => BullmqQueue;
}

const IMPATIENT = { maxRetriesPerRequest: 1, enableOfflineQueue: false, disconnectTimeout: 100 } as const;

/**
 * Opens connections of our own on first use.
 * @param resolveFrom a file of the application: its `bullmq` is the one that is used
 */
export function openBullmq(options: z.output<typeof BullmqOptions>, resolveFrom: string): QueueSource {
  let opened: { readonly source: QueueSource; readonly client: RedisClient } | undefined;
  return {
    name: 'bullmq',
    async read() {
      opened ??= connect(options, resolveFrom);
      return opened.source.read();
    },
    close: async () => opened?.client.disconnect(),
  };
}

function connect({ connection, prefix, queues }: z.output<typeof BullmqOptions>, resolveFrom: string) {
  const require = createRequire(resolveFrom);
  const { Queue } = require('bullmq') as Bullmq; // what the packages themselves promise
  const { Redis } = createRequire(require.resolve('bullmq'))('ioredis') as Ioredis;
  // A client of our own, because a queue cannot end one that never got through. A server that is away is told by the
  // read that fails, and not kept waiting for.
  const client = new Redis({ ...connection, ...IMPATIENT });
  client.on('error', () => undefined);
  const settings = { connection: client, ...(prefix === undefined ? {} : { prefix }) };
  return { client, source: fromBullmq(queues.map((name) => new Queue(name, settings))) };
}

/** A source over queues that the application has open, and closes itself. */
export function fromBullmq(queues: readonly BullmqQueue[]): QueueSource {
  for (const queue of queues) queue.on('error', () => undefined);
  return {
    name: 'bullmq',
    async read() {
      const readings = await Promise.all(queues.map(readQueue));
      const sum = (state: keyof (typeof readings)[number]['states']) =>
        readings.reduce((total, { states }) => total + states[state], 0);
      // One that keeps little of what it did (`removeOnComplete`) looks like one that did little, but for the ids it gave.
      const isKnown = readings.every(({ doneLately }) => doneLately !== null);
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
        readyByType: sumsOf(readings.flatMap(({ name, states: { ready } }) => (ready > 0 ? [[name, ready]] : []))),
        oldestReadyAgeSeconds: ages.length === 0 ? null : Math.max(...ages),
        processedPerMinute: isKnown ? readings.reduce((total, { doneLately }) => total + (doneLately ?? 0), 0) : null,
        completed: isKnown ? states.completed : null,
        averageProcessingMs: null,
      };
    },
  };
}

async function readQueue(queue: BullmqQueue) {
  // First: what is added in between must not look like what was removed.
  const added = Number(await (await queue.client).get(queue.toKey('id')));
  const counts = await queue.getJobCounts(
    'wait',
    'prioritized',
    'delayed',
    'active',
    'completed',
    'failed',
    'paused',
    'waiting-children',
  );
  const of = (...names: BullmqState[]) => names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
  const held = Object.values(counts).reduce((sum, count) => sum + count, 0);
  // The one to be taken next has waited longest. Prioritised jobs lie elsewhere, unordered by age.
  const [oldest] = await queue.getWaiting(0, 0);
  const lately = await readDoneLately(queue, of('completed'));
  return {
    name: queue.name,
    ageSeconds: oldest ? Math.max(0, (Date.now() - oldest.timestamp) / 1000) : null,
    // Where all that is left was done just now and more was removed, what was removed may have been, too.
    doneLately: lately === of('completed') && added > held ? null : lately,
    states: {
      ready: of('wait', 'prioritized'),
      scheduled: of('delayed', 'paused', 'waiting-children'),
      active: of('active'),
      completed: of('completed'),
      failed: of('failed'),
    },
  };
}

const RATE_OVER_MS = 60_000;

/** Of the jobs that are kept: they lie in the order in which they were done, so that the first older one is soon found. */
async function readDoneLately(queue: BullmqQueue, kept: number): Promise<number> {
  const client = await queue.client;
  const done = queue.toKey('completed');
  const since = Date.now() - RATE_OVER_MS;
  let [younger, end] = [0, kept];
  while (younger < end) {
    const middle = Math.floor((younger + end) / 2);
    const [id] = await client.zrevrange(done, middle, middle);
    const doneAt = id === undefined ? 0 : Number(await client.zscore(done, id));
    if (doneAt >= since) younger = middle + 1;
    else end = middle;
  }
  return younger;
}

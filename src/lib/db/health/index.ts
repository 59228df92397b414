/** The sections of `db health`, in the order they are read and shown. To add one: a file, and a line in both lists. */
import * as z from 'zod';
import { activity } from './activity.js';
import { blocking } from './blocking.js';
import { connections } from './connections.js';
import type { Section } from './section.js';
import { server } from './server.js';
import { transactions } from './transactions.js';
import { wraparound } from './wraparound.js';

export const sections = {
  server,
  connections,
  transactions,
  blocking,
  wraparound,
  activity,
} as const satisfies Record<string, Section<unknown>>;

/** Null: that section could not be read, and a finding says why. */
export const DatabaseHealth = z.object({
  /** Nothing found, and everything seen. */
  isHealthy: z.boolean(),
  server: server.data.nullable(),
  connections: connections.data.nullable(),
  transactions: transactions.data.nullable(),
  blocking: blocking.data.nullable(),
  wraparound: wraparound.data.nullable(),
  activity: activity.data.nullable(),
});
export type DatabaseHealth = z.infer<typeof DatabaseHealth>;

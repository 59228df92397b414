/** What a source of background jobs tells. */

/** The words for what a job is doing, whatever its library calls it. `ready` could run now, `scheduled` may not yet. */
export type JobState = 'ready' | 'scheduled' | 'active' | 'completed' | 'failed' | 'cancelled';

/** Null is what a source cannot know. */
export interface QueueReading {
  readonly states: Partial<Record<JobState, number>>;
  /** Ready jobs by type. */
  readonly readyByType: Readonly<Record<string, number>>;
  readonly oldestReadyAgeSeconds: number | null;
  readonly processedPerMinute: number | null;
  readonly completed: number | null;
  readonly averageProcessingMs: number | null;
}

export interface QueueSource {
  readonly name: string;
  /** Undefined when there is no such queue here, for a source that was only looked for. */
  readonly read: () => Promise<QueueReading | undefined>;
  readonly close?: () => Promise<void>;
}

/** Runs SQL on the application's database, through the monitor's own connections. */
export type RunSql = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** A schema's name as an SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Counts by name; those of one name add up. */
export function sumsOf(counts: readonly (readonly [name: string, count: number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

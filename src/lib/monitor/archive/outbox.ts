/** Rows on their way to the archive. */

/** What waits to be kept in one table. Rows that were taken are offered again until they are settled. */
export interface Outbox<Row = unknown> {
  /** The oldest, so many at most. */
  readonly take: (atMost: number) => readonly Row[];
  /** They are kept now. */
  readonly settle: (rows: readonly Row[]) => void;
  /** Rows that were given up because they could not be kept in time. */
  readonly dropped: () => number;
}

/** A bounded queue of rows that never change: the oldest give way. */
export function createQueue<Row>(capacity: number): Outbox<Row> & { readonly push: (row: Row) => void } {
  const waiting: Row[] = [];
  let dropped = 0;
  return {
    push(row) {
      if (waiting.push(row) <= capacity) return;
      waiting.shift();
      dropped += 1;
    },
    take: (atMost) => waiting.slice(0, atMost),
    settle(rows) {
      const kept = new Set(rows);
      const left = waiting.filter((row) => !kept.has(row));
      waiting.splice(0, waiting.length, ...left);
    },
    dropped: () => dropped,
  };
}

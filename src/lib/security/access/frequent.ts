/** What is kept of the most frequent keys of a stream, in bounded memory whatever comes. */

interface Counter<T> {
  count: number;
  readonly item: T;
}

/**
 * Misra and Gries' summary with purges of half the counters (Anderson et al., "A High-Performance Algorithm for
 * Identifying Frequent Items in Data Streams", 2017): a key that came more than `undercount` times is there.
 */
export class Frequent<T> {
  /** How often a key may have come that is not there. */
  undercount = 0;
  private readonly counters = new Map<string, Counter<T>>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get(key: string): T | undefined {
    return this.counters.get(key)?.item;
  }

  /** What is kept of the key, once more; new when it is not there. */
  add(key: string, create: () => T): T {
    const known = this.counters.get(key);
    if (known) {
      known.count++;
      return known.item;
    }
    if (this.counters.size >= this.capacity) this.purge();
    const item = create();
    this.counters.set(key, { count: 1, item });
    return item;
  }

  items(): (readonly [key: string, item: T])[] {
    return [...this.counters].map(([key, { item }]) => [key, item]);
  }

  private purge(): void {
    const counts = [...this.counters.values()].map(({ count }) => count).sort((a, b) => a - b);
    const median = counts[Math.floor(counts.length / 2)] ?? 0;
    this.undercount += median;
    for (const [key, counter] of this.counters) {
      counter.count -= median;
      if (counter.count <= 0) this.counters.delete(key);
    }
  }
}

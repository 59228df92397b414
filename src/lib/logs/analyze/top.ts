/** Counts by key that stay small whatever comes: the rare ones are let go of, and how many they were is kept. */

export interface Counted {
  count: number;
}

export class Top<T extends Counted> {
  readonly items = new Map<string, T>();
  /** Entries whose key was let go of. One that comes again begins anew, so its count is a lower bound. */
  restCount = 0;
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get(key: string): T | undefined {
    return this.items.get(key);
  }

  /** Adds a key; when there are too many, the rarer half goes. */
  set(key: string, item: T): void {
    if (this.items.size >= this.capacity) this.keepHalf();
    this.items.set(key, item);
  }

  private keepHalf(): void {
    const byCount = [...this.items].sort(([, a], [, b]) => b.count - a.count);
    for (const [key, { count }] of byCount.slice(this.capacity / 2)) {
      this.items.delete(key);
      this.restCount += count;
    }
  }
}

/** A memory of what was made of a run of bytes: the same bytes again cost a hash and a comparison, and no string. */

import { decode } from './bytes.js';
import { copyOf, createPattern, hashOf, matches, type Pattern } from './words.js';

interface Known<T> {
  readonly pattern: Pattern;
  readonly value: T;
}

/** Holds so many; one more and it begins anew, so that it stays small whatever comes. */
const CAPACITY = 1_024;
/** A quarter full at most. A power of two: whole numbers of 31 bits are the fast ones. */
const SLOTS = CAPACITY * 4;
const LAST_SLOT = SLOTS - 1;
/** What is longer is made each time: nothing repeats that is so long. */
const LONGEST = 512;

export class Interner<T> {
  private readonly make: (text: string) => T;
  private slots: (Known<T> | undefined)[] = emptySlots();
  private size = 0;
  /** What was asked for last is often asked for next. */
  private last: Known<T> | undefined;

  /** `make` gets the bytes as UTF-8 text, and returns the same for the same text. */
  constructor(make: (text: string) => T) {
    this.make = make;
  }

  /** What the bytes from `start` to before `end` stand for. */
  get(view: DataView, start: number, end: number): T {
    const { last } = this;
    const length = end - start;
    if (last !== undefined && last.pattern.length === length && matches(view, start, last.pattern)) return last.value;
    if (length > LONGEST) return this.make(textOf(copyOf(view, start, end)));
    for (let slot = hashOf(view, start, end) & LAST_SLOT; ; slot = (slot + 1) & LAST_SLOT) {
      const known = this.slots[slot];
      if (known === undefined) return this.add(slot, copyOf(view, start, end));
      if (known.pattern.length !== length || !matches(view, start, known.pattern)) continue;
      this.last = known;
      return known.value;
    }
  }

  private add(slot: number, bytes: Uint8Array): T {
    const value = this.make(textOf(bytes));
    if (this.size === CAPACITY) {
      this.slots = emptySlots();
      this.size = 0;
      return value;
    }
    this.slots[slot] = { pattern: createPattern(bytes), value };
    this.size++;
    return value;
  }
}

const textOf = (bytes: Uint8Array): string => decode(bytes, 0, bytes.length);
const emptySlots = <T>(): (Known<T> | undefined)[] => Array.from({ length: SLOTS }, () => undefined);

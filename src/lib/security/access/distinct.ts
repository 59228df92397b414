/** How many different texts there were, in 64 bytes. */
import { createHash } from 'node:crypto';

const BITS = 512;

/** Linear counting (Whang et al., 1990): within some percent up to a thousand, from then on "a thousand or more". */
export class Distinct {
  private readonly words = new Uint32Array(BITS / 32);

  add(text: string): void {
    const bit = createHash('sha256').update(text).digest().readUInt16BE(0) % BITS;
    const word = bit >>> 5;
    this.words[word] = (this.words[word] ?? 0) | (1 << (bit & 31));
  }

  get estimate(): number {
    const set = this.words.reduce((sum, word) => sum + ones(word), 0);
    return Math.round(-BITS * Math.log(Math.max(1, BITS - set) / BITS));
  }
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

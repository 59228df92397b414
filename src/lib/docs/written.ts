/** A section as it was written this time. */
import type { Block } from './block.js';

export interface WrittenSection {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** What people wrote, by the name of its region. */
type Kept = ReadonlyMap<string, string>;

/** Everything the two forms of the handbook are made from. */
export interface Handbook {
  readonly sections: readonly WrittenSection[];
  readonly kept: Kept;
  /** When what is generated last changed. */
  readonly asOf: string;
}

/** Regions whose section is gone: what stands in them is not. */
export function orphansOf({ sections, kept }: Pick<Handbook, 'sections' | 'kept'>): string[] {
  const known = new Set(sections.map(({ id }) => id));
  return [...kept].filter(([name, text]) => !known.has(name) && text.trim() !== '').map(([name]) => name);
}

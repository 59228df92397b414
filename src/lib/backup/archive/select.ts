/** Which paths below the root an archive takes. Pure, but for loading the matcher. */
import type { Config } from '../../config/index.js';

export interface Selection {
  /** The pattern that takes the path, and with it all below. */
  readonly takenBy: (path: string) => string | undefined;
  /** Whether something below this directory may be taken. */
  readonly mayHold: (path: string) => boolean;
  /** The pattern that leaves the path out, and with it all below. */
  readonly excludedBy: (path: string) => string | undefined;
}

/** Reads the patterns: paths, `*`, `**`, `?`, `[…]`, `{…}`; a leading dot is a character like any other. */
export async function selectionOf({ include, exclude }: Config['backup']['files']): Promise<Selection> {
  const { Minimatch } = await import('minimatch');
  const read = (patterns: readonly string[]) =>
    patterns.map((pattern) => ({
      pattern,
      matcher: new Minimatch(normalized(pattern), { dot: true, nonegate: true, nocomment: true }),
    }));
  const [taken, excluded] = [read(include), read(exclude)];
  return {
    takenBy: (path) => taken.find(({ matcher }) => matcher.match(path))?.pattern,
    mayHold: (path) => taken.some(({ matcher }) => matcher.match(path, true)),
    excludedBy: (path) => excluded.find(({ matcher }) => matcher.match(path))?.pattern,
  };
}

/** `./src/` is `src`; the root itself is all of it. */
const normalized = (pattern: string) =>
  pattern
    .replace(/^(\.\/+)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.?$/, '**');

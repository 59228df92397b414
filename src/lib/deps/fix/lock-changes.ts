/** Two lock files → which packages change. Pure. */
import * as z from 'zod';
import type { Change } from './result.js';

/** Versions 2 and 3 list every installed package by its path; version 1 has none. */
export const Lock = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), resolved: z.string().optional() })),
});

type Lock = z.infer<typeof Lock>;

/** By path. */
export function lockChanges(before: Lock, after: Lock): Change[] {
  const paths = [...new Set([...Object.keys(before.packages), ...Object.keys(after.packages)])].sort();
  return paths.flatMap((path) => {
    const [from, to] = [before, after].map(
      ({ packages: { [path]: entry } }) => entry?.version ?? entry?.resolved ?? null,
    );
    return from === to ? [] : [{ path: path === '' ? '.' : path, from: from ?? null, to: to ?? null }];
  });
}

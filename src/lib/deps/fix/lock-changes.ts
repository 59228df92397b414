/** Two lock files → which packages change. Pure. */
import * as z from 'zod';
import type { DependencyFix } from './result.js';

/** Versions 2 and 3 list every installed package by its path; version 1 has none. */
const Lock = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), resolved: z.string().optional() })),
});

/** By path. @throws SyntaxError, ZodError for what is no lock file of npm 7 or newer */
export function lockChanges(before: string, after: string): DependencyFix['changes'] {
  const [old, young] = [before, after].map((text) => Lock.parse(JSON.parse(text)).packages);
  const paths = [...new Set([...Object.keys(old ?? {}), ...Object.keys(young ?? {})])].sort();
  return paths.flatMap((path) => {
    const [from, to] = [old?.[path], young?.[path]].map((entry) => entry?.version ?? entry?.resolved ?? null);
    return from === to ? [] : [{ path: path === '' ? '.' : path, from: from ?? null, to: to ?? null }];
  });
}

/** How feature flags are judged, and where their names are looked for. The guide names no numbers: these are ours. */
import * as z from 'zod';
import { Duration } from '../units.js';

const FlagPattern = z.string().superRefine((pattern, context) => {
  const problem = problemOf(pattern);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

export const FeatureFlags = z.lazy(() =>
  z
    .strictObject({
      /** A flag that has given everybody the same answer for this long is stale. */
      staleAfter: Duration.prefault('30d'),
      /** Directories with source that may ask for flags, seen from `app.root`; also a frontend's. */
      source: z.array(z.string().min(1)).min(1).default(['.']),
      /** Endings of source files. */
      extensions: z
        .array(z.string().regex(/^\.\w+$/, 'expected an ending such as .ts'))
        .min(1)
        .default(['.js', '.cjs', '.mjs', '.jsx', '.ts', '.cts', '.mts', '.tsx', '.vue', '.svelte']),
      /** Names of directories that are passed over. */
      exclude: z
        .array(z.string().min(1))
        .default(['node_modules', 'dist', 'build', '.git', '.cache', '.tmp', 'coverage']),
      /** Further ways to ask for a flag: regular expressions whose first group is its name. */
      patterns: z.array(FlagPattern).default([]),
      /** Least change of performance that counts: a share of the duration, and a difference of error rates. */
      effect: z
        .strictObject({ duration: z.number().min(0).default(0.1), errorRate: z.number().min(0).max(1).default(0.005) })
        .prefault({}),
    })
    .prefault({}),
);
export type FeatureFlags = z.output<typeof FeatureFlags>;

/** With the empty alternative it matches nothing, and still tells how many groups it has. */
function problemOf(pattern: string): string | undefined {
  try {
    const groups = (new RegExp(`${pattern}|`).exec('')?.length ?? 1) - 1;
    if (groups === 0) return 'expected a group ( ) around the name of the flag';
    return new RegExp(pattern).test('') ? 'it matches the empty text' : undefined;
  } catch {
    return "expected a regular expression, such as hasFeature\\('([^']+)'";
  }
}

/** `deps outdated`: which of the backend's own dependencies have newer versions. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { countOf } from '../measures.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { findLock } from './manager.js';
import { askNpm } from './npm.js';

export const OutdatedPackages = z.object({
  root: z.string(),
  /** Null where npm gave no answer. */
  packages: z
    .array(
      z.object({
        name: z.string(),
        /** Installed; null where it is not. */
        current: z.string().nullable(),
        /** Newest that package.json allows. */
        wanted: z.string(),
        latest: z.string(),
        /** `dependencies`, `devDependencies`, … */
        kind: z.string(),
        /** The first part of the version in which the newest differs; `other` of what is no such version. */
        step: z.enum(['major', 'minor', 'patch', 'other']),
      }),
    )
    .nullable(),
});
export type OutdatedPackages = z.infer<typeof OutdatedPackages>;

const Line = z.object({ current: z.string().optional(), wanted: z.string(), latest: z.string(), type: z.string() });
const Outdated = z.record(z.string(), z.union([Line, z.array(Line)]));

/** An outage is `unknown`. Errors: `VOPS-TOOL-MISSING`. */
export async function listOutdated(
  context: Pick<Context, 'config' | 'env' | 'exec' | 'signal'>,
): Promise<Outcome<OutdatedPackages>> {
  const { app, deps } = await context.config();
  const unknown = (missing: Finding) => conclude({ root: app.root, packages: null }, [missing]);
  const found = await findLock(app.root);
  if ('missing' in found) return unknown(found.missing);
  const call = { directory: app.root, args: ['outdated', '--long'], timeoutMs: deps.timeout };
  const asked = await askNpm(context, call, Outdated);
  if ('missing' in asked) return unknown(asked.missing);
  const packages = Object.entries(asked.answer)
    .flatMap(([name, lines]) => [lines].flat().map((line) => describe(name, line)))
    .filter(({ current, wanted, latest }) => (current ?? wanted) !== latest)
    .sort((one, other) => STEPS.indexOf(one.step) - STEPS.indexOf(other.step) || (one.name < other.name ? -1 : 1));
  return conclude({ root: app.root, packages }, judge(packages));
}

const STEPS = ['major', 'minor', 'patch', 'other'] as const;

function describe(name: string, { current, wanted, latest, type: kind }: z.infer<typeof Line>) {
  return { name, current: current ?? null, wanted, latest, kind, step: stepBetween(current ?? wanted, latest) };
}

function stepBetween(from: string, to: string): (typeof STEPS)[number] {
  const [one, other] = [from, to].map((version) => /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1));
  if (!one || !other) return 'other';
  return STEPS.find((_, index) => one[index] !== other[index]) ?? 'other';
}

function judge(packages: readonly { readonly step: string }[]): readonly Finding[] {
  const majors = packages.filter(({ step }) => step === 'major').length;
  if (majors === 0) return [];
  const message = `${countOf(majors, 'package')} ${majors === 1 ? 'has' : 'have'} a newer major version`;
  return [{ code: 'VOPS-DEPS-OUTDATED', severity: 'info', message, hint: 'read its notes before you change to it' }];
}

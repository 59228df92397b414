/** `deps audit`: known flaws of the packages that the backend's lock file names. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { Advisory, AuditReport, advisoriesOf } from './advisory.js';
import { judgeAdvisories } from './judge.js';
import { findLock } from './manager.js';
import { askNpm } from './npm.js';

export const AuditFlags = z.object({
  /** Leave out what is not installed in production. */
  production: z.boolean().default(false),
});
type AuditFlags = z.output<typeof AuditFlags>;

export const DependencyAudit = z.object({
  root: z.string(),
  /** Packages looked at; null where npm gave no answer. */
  packages: z.number().nullable(),
  /** Gravest first, the allowed ones among them. */
  advisories: z.array(Advisory),
});
export type DependencyAudit = z.infer<typeof DependencyAudit>;

/** An outage is `unknown`, and no finding about a package. Errors: `VOPS-TOOL-MISSING`. */
export async function auditDependencies(
  context: Pick<Context, 'config' | 'env' | 'exec' | 'now' | 'signal'>,
  { production }: AuditFlags,
): Promise<Outcome<DependencyAudit>> {
  const { app, deps } = await context.config();
  const unknown = (missing: Finding) => conclude({ root: app.root, packages: null, advisories: [] }, [missing]);
  const found = await findLock(app.root);
  if ('missing' in found) return unknown(found.missing);
  const args = ['audit', ...(production ? ['--omit=dev'] : [])];
  const asked = await askNpm(context, { directory: app.root, args, timeoutMs: deps.timeout }, AuditReport);
  if ('missing' in asked) return unknown(asked.missing);
  const advisories = advisoriesOf(asked.answer, deps.allow, context.now().toISOString().slice(0, 10));
  const packages = asked.answer.metadata.dependencies.total;
  return conclude({ root: app.root, packages, advisories }, judgeAdvisories(advisories, deps));
}

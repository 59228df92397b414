/** The guide's weekly security review: who logs in, who may do what, what is open to others. */
import * as z from 'zod';
import { abortReason, OperatorError } from '../errors.js';
import { conclude, type Finding, type Outcome, type Status } from '../status.js';
import { suggest } from '../suggest.js';
import { Duration } from '../units.js';
import type { SecurityContext, Subject } from './check.js';
import { CHECK_NAMES, type CheckName, checks, Seen } from './checks/index.js';

export const SecurityFlags = z.object({
  since: Duration.prefault('7d'),
  only: z
    .string()
    .transform((text, context) => text.split(',').map((name) => checkNamed(name.trim(), context)))
    .optional(),
});
export type SecurityFlags = z.output<typeof SecurityFlags>;

const CheckReport = z.object({
  name: z.enum(CHECK_NAMES),
  status: z.enum(['ok', 'warning', 'unknown', 'failed']),
  message: z.string(),
});

export const SecurityReport = z.object({ since: z.iso.datetime(), checks: z.array(CheckReport), seen: Seen });
export type SecurityReport = z.infer<typeof SecurityReport>;

/** Runs the checks side by side; one that cannot find out is a finding, and the others go on. */
export async function checkSecurity(context: SecurityContext, flags: SecurityFlags): Promise<Outcome<SecurityReport>> {
  const config = await context.config();
  const since = new Date(context.now().getTime() - flags.since);
  const wanted = CHECK_NAMES.filter((name) => flags.only?.includes(name) ?? true);
  const assessed = await Promise.all(wanted.map((name) => assess(name, { context, config, since })));
  if (context.signal.aborted) throw abortReason(context.signal);
  const nothing = Object.fromEntries(CHECK_NAMES.map((name) => [name, null]));
  const seen = Seen.parse({ ...nothing, ...Object.fromEntries(assessed.map(({ name, data }) => [name, data])) });
  const reports = assessed.map(({ name, status, message }) => ({ name, status, message }));
  return conclude(
    { since: since.toISOString(), checks: reports, seen },
    // Of two checks that nobody answered, the cause is said once.
    [...new Map(assessed.flatMap(({ findings }) => findings.map((finding) => [finding.message, finding]))).values()],
  );
}

interface Assessed extends z.infer<typeof CheckReport> {
  readonly data: unknown;
  readonly findings: readonly Finding[];
}

async function assess(name: CheckName, subject: Subject): Promise<Assessed> {
  try {
    const { data, findings, message } = await checks[name].examine(subject);
    return { name, data, findings, message, status: statusOf(findings) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const { code, message, hint } = error;
    const finding: Finding = { code, severity: 'unknown', message, ...(hint && { hint }) };
    return { name, data: null, findings: [finding], message, status: 'unknown' };
  }
}

function statusOf(findings: readonly Finding[]): Assessed['status'] {
  const status: Status = conclude(null, findings).status;
  return status === 'warning' || status === 'unknown' || status === 'failed' ? status : 'ok';
}

function checkNamed(name: string, context: z.RefinementCtx): CheckName {
  const found = CHECK_NAMES.find((known) => known === name);
  if (found) return found;
  const meant = suggest(name, CHECK_NAMES);
  const message = meant === undefined ? `expected names of: ${CHECK_NAMES.join(', ')}` : `did you mean ${meant}?`;
  context.addIssue({ code: 'custom', message: `no check "${name}": ${message}` });
  return z.NEVER;
}

/** Is everything here that the commands need? */
import * as z from 'zod';
import { abortReason, OperatorError } from '../errors.js';
import { serverFacts } from '../pg/queries/server-facts.js';
import { conclude, type Finding, type Outcome, type Severity } from '../status.js';
import { type Check, Diagnosis, type DoctorContext, type Subject } from './check.js';
import { checks } from './checks/index.js';

export const DoctorReport = z.object({ checks: z.array(Diagnosis.extend({ name: z.string() })) });
export type DoctorReport = z.infer<typeof DoctorReport>;

/** Longer than the limits inside the checks add up to. */
const CHECK_TIMEOUT_MS = 30_000;

/** Runs all checks side by side; none hides another, and a broken configuration is one finding among others. */
export async function diagnose(context: DoctorContext): Promise<Outcome<DoctorReport>> {
  const server = askServer(context);
  server.catch(() => {}); // every check that needs the answer sees the error
  const reports = await Promise.all(
    checks.map(async (check) => ({ name: check.name, ...(await examine(check, { context, server })) })),
  );
  return conclude({ checks: reports }, reports.flatMap(toFinding));
}

/** One connection for all checks that ask the server. */
function askServer({ pg, now }: DoctorContext): Subject['server'] {
  return pg(async (database) => {
    const before = now().getTime();
    const [facts] = await database.query(serverFacts);
    if (facts === undefined) throw new OperatorError('VOPS-DB-QUERY', 'the server gave no answer');
    // The server read its clock at about the middle of the wait.
    const clockSkewMs = Date.parse(facts.now) - (before + now().getTime()) / 2;
    return { ...facts, versionNumber: database.version, clockSkewMs };
  });
}

async function examine(check: Check, subject: Subject): Promise<Diagnosis> {
  const { signal } = subject.context;
  // Held here: on Node 20 one that only `any` refers to may be collected, and then never fires.
  const timeout = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  const limit = AbortSignal.any([signal, timeout]);
  try {
    return await Promise.race([check.examine(subject), expiry(limit)]);
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (timeout.aborted) return { status: 'unknown', message: `not known: no answer in ${CHECK_TIMEOUT_MS / 1_000} s` };
    if (!(error instanceof OperatorError)) throw error;
    const because = DEPENDENCIES.find(([codes]) => codes.test(error.code))?.[1];
    return because === undefined
      ? { status: 'unknown', message: `not checked: ${error.message}` }
      : { status: 'unknown', message: `not checked: see ${because}`, because };
  }
}

const DEPENDENCIES = [
  [/^VOPS-(CONFIG|SECRET)-/, 'configuration'],
  [/^VOPS-DB-/, 'database'],
] as const;

const expiry = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

const SEVERITIES = { warning: 'warning', unknown: 'unknown', failed: 'error' } as const satisfies Record<
  Exclude<Diagnosis['status'], 'ok'>,
  Severity
>;

/** A consequence is no finding of its own: the cause is one, and the report shows both. */
function toFinding({ name, status, message, fix, because }: DoctorReport['checks'][number]): Finding[] {
  if (status === 'ok' || because !== undefined) return [];
  const code = `VOPS-DOCTOR-${name.toUpperCase().replace(/[^A-Z]+/g, '-')}`;
  return [
    { code, severity: SEVERITIES[status], message: `${name}: ${message}`, ...(fix === undefined ? {} : { hint: fix }) },
  ];
}

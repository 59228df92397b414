/** From the reports on the environments to one verdict. Pure. */
import * as z from 'zod';
import { ERROR_CODES, type Explanation } from '../errors.js';
import { endedEarly, findingsOfParts } from '../parts.js';
import { StepReport } from '../pipeline.js';
import { foldParts, type Outcome, STATUSES } from '../status.js';

export const AcrossResult = z.strictObject({
  /** In the order of the configuration. `result` is the command's own. */
  environments: z.array(StepReport.omit({ id: true, reason: true }).extend({ environment: z.string() })),
});
export type AcrossResult = z.output<typeof AcrossResult>;
type EnvironmentReport = AcrossResult['environments'][number];

/** One document for all: every cause said once, the environments that met it before it. */
export function concludeEnvironments(
  signal: AbortSignal,
  environments: readonly EnvironmentReport[],
): Outcome<AcrossResult> {
  const parts = worstFirst(environments).map((report) => ({ ...report, name: report.environment }));
  const error = endedEarly(signal, parts) ?? noneBegun(environments);
  const status = signal.aborted ? 'interrupted' : foldParts(environments.map((report) => report.status));
  return {
    status,
    findings: findingsOfParts(parts),
    result: { environments: [...environments] },
    ...(error && { error }),
  };
}

/** Where every configuration is broken nothing was executed, and the exit code says so. */
function noneBegun(environments: readonly EnvironmentReport[]): Explanation | undefined {
  if (!environments.every(({ error }) => error !== undefined && REFUSALS.has(error.code))) return undefined;
  const hint = 'mend what is listed, and check with: viktoria-ops config validate --env all';
  return { code: 'VOPS-CONFIG-INVALID', message: 'no environment has a configuration that holds', hint };
}

const REFUSALS: ReadonlySet<string> = new Set(
  Object.entries(ERROR_CODES).flatMap(([code, exitCode]) => (exitCode === 2 ? [code] : [])),
);

const NAMED = 5;

/** The worst in full, the next by name. */
export function describeEnvironments({ environments }: AcrossResult): string {
  const [worst, ...others] = worstFirst(environments).filter(({ status }) => status !== 'ok' && status !== 'skipped');
  const all = environments.length;
  if (!worst) return all === 1 ? `${environments[0]?.environment} well` : `all ${all} environments well`;
  const named = others.slice(0, NAMED).map(({ environment, status }) => `${environment} ${status}`);
  const rest = others.length > NAMED ? [`${others.length - NAMED} more`] : [];
  const also = [...named, ...rest].join(', ');
  const first = `${worst.environment} ${worst.status}: ${worst.summary}`;
  return `${others.length + 1} of ${all} environments need a look: ${first}${also && `; also ${also}`}`;
}

/** As they were named, where they are equally bad. */
export const worstFirst = (environments: readonly EnvironmentReport[]): EnvironmentReport[] =>
  environments.toSorted((one, other) => STATUSES.indexOf(other.status) - STATUSES.indexOf(one.status));

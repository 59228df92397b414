/** From the reports on parts (steps of a tier, environments) to what the whole says. Pure. */
import { abortReason, type Explanation, explain } from './errors.js';
import type { Finding, Status } from './status.js';

export interface PartReport {
  readonly name: string;
  readonly status: Status;
  readonly findings: readonly Finding[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string | undefined } | undefined;
}

/** Every cause once: what several parts met is one finding, which names them all. */
export function findingsOfParts(parts: readonly PartReport[]): Finding[] {
  const byCause = new Map<string, PartFinding[]>();
  for (const finding of parts.flatMap(findingsOf)) {
    const cause = `${finding.code}\n${finding.message}`;
    byCause.set(cause, [...(byCause.get(cause) ?? []), finding]);
  }
  return [...byCause.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { part: _, ...finding } = first;
    return [{ ...finding, message: `${same.map(({ part }) => part).join(', ')}: ${finding.message}` }];
  });
}

/** A signal or the deadline decides the exit code of the whole; so does a bug of ours in a part. */
export function endedEarly(signal: AbortSignal, parts: readonly PartReport[]): Explanation | undefined {
  if (signal.aborted) return explain(abortReason(signal));
  const bug = parts.find(({ error }) => error?.code === 'VOPS-INTERNAL')?.error;
  return bug && { code: 'VOPS-INTERNAL', message: bug.message, ...(bug.hint !== undefined && { hint: bug.hint }) };
}

interface PartFinding extends Finding {
  readonly part: string;
}

/** Findings and error of a part. An interrupted one has nothing to say that the whole does not say itself. */
function findingsOf({ name: part, status, findings, error }: PartReport): PartFinding[] {
  const own = findings.map((finding) => ({ ...finding, part }));
  if (!error || status === 'interrupted') return own;
  const { code, message, hint } = error;
  const severity = status === 'unknown' ? 'unknown' : 'error';
  return [...own, { code, message, ...(hint !== undefined && { hint }), severity, part }];
}

/** One file's step with what went wrong in it, and all steps as the outcome of the rotation. */
import { abortReason, explain, OperatorError, systemCode } from '../errors.js';
import { fileError } from '../files/index.js';
import { conclude, type Finding, foldParts, type Outcome } from '../status.js';
import { type Rotation, type RotationAction, totalsOf } from './rotation.js';

export interface Step {
  readonly action: RotationAction;
  readonly findings: readonly Finding[];
}

/** Does the work on one file. What fails there is a finding, so that the others go on; an abort ends everything. */
export async function attempt(
  action: RotationAction,
  signal: AbortSignal,
  work: () => Promise<RotationAction>,
): Promise<Step> {
  if (signal.aborted) throw abortReason(signal);
  try {
    return { action: await work(), findings: [] };
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (systemCode(error) === 'ENOENT') return { action: { ...action, outcome: 'gone' }, findings: [] };
    return { action: { ...action, outcome: 'failed' }, findings: [failure(action, error)] };
  }
}

function failure({ action, file }: RotationAction, error: unknown): Finding {
  const known =
    error instanceof OperatorError
      ? { ...explain(error), message: `cannot ${action} ${file}: ${error.message}` }
      : explain(fileError(action, file, error));
  return { ...known, severity: 'error' };
}

/** The plan with what became of it. Some files failed and some did not: partial. */
export function concludeRotation(
  plan: Outcome<Rotation>,
  steps: readonly Step[],
  findings: readonly Finding[] = [],
): Outcome<Rotation> {
  // A later step of a file stands for the earlier ones.
  const done = new Map(steps.map(({ action }) => [action.file, action]));
  const actions = plan.result.actions.map((action) => done.get(action.file) ?? action);
  const result = { ...plan.result, applied: true, actions, totals: totalsOf(actions) };
  const all = [...plan.findings, ...findings, ...steps.flatMap((step) => step.findings)];
  const outcome = conclude(result, all);
  if (result.totals.failed === 0) return outcome;
  return {
    ...outcome,
    status: foldParts([...done.values()].map(({ outcome }) => (outcome === 'failed' ? 'failed' : 'ok'))),
  };
}

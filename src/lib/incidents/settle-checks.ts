/** Whether remedies helped, looked at once they have had time to. */
import { evaluate } from '../conditions/index.js';
import { ineffectiveInARow, MOST_INEFFECTIVE, plannedIn } from './plan-response.js';
import { isPending, type Run, type RunStep, stepAt } from './run.js';
import { actionNamed, audit, escalate, type Measured, narrate, type RunSite, saveStep } from './run-site.js';

/** Gives a verdict on every remedy that can be judged by now. @param before the incident's earlier runs */
export async function settleChecks(
  site: RunSite,
  run: Run,
  { measured, before }: { readonly measured: Measured; readonly before: readonly Run[] },
): Promise<Run> {
  let current = run;
  for (const [index, step] of run.steps.entries()) {
    if (!isPending(step)) continue;
    const { settings } = await actionNamed(site.context, step.action);
    const verdict = verdictOn(step, holds(site, step, measured), {
      now: site.context.now(),
      patienceMs: 2 * (settings.settle ?? 0),
    });
    if (verdict !== 'pending') current = await settle(site, current, { index, verdict, before });
  }
  return current;
}

/** Whether the post-condition holds. */
function holds({ playbook }: RunSite, { action }: RunStep, { truth, values }: Measured): boolean | null {
  const condition = plannedIn(playbook, action)?.postCondition;
  if (condition) return evaluate(condition, values);
  return truth === null ? null : !truth;
}

type Verdict = NonNullable<RunStep['check']>['verdict'];

/** Pure. What cannot be measured gets more time, and is then no success. */
export function verdictOn(
  { check }: Pick<RunStep, 'check'>,
  holdsNow: boolean | null,
  { now, patienceMs }: { readonly now: Date; readonly patienceMs: number },
): Verdict {
  if (holdsNow === true) return 'fixed';
  const lateMs = +now - Date.parse(check?.dueAt ?? '');
  if (lateMs < 0) return 'pending';
  if (holdsNow === false) return 'not fixed';
  return lateMs < patienceMs ? 'pending' : 'unknown';
}

interface Settled {
  readonly index: number;
  readonly verdict: Exclude<Verdict, 'pending'>;
  readonly before: readonly Run[];
}

async function settle(site: RunSite, run: Run, { index, verdict, before }: Settled): Promise<Run> {
  const { action: name, check } = stepAt(run, index);
  if (check === null) return run;
  const settled = await saveStep(site, run, { index, check: { ...check, verdict } });
  const text = `${verdict}: ${check.condition}`;
  await audit(site, settled, { action: 'step.checked', subject: name, outcome: text });
  await narrate(site, { text: `${name}: ${text}` });
  if (verdict !== 'fixed' && ineffectiveInARow(name, [...before, settled]) >= MOST_INEFFECTIVE) {
    await giveUp(site, settled, index);
  }
  return settled;
}

/** The remedy is not the right one: from here on only people can help. */
async function giveUp(site: RunSite, run: Run, index: number): Promise<void> {
  const { action: name } = stepAt(run, index);
  const summary = `${name} was done ${MOST_INEFFECTIVE} times and did not help: the automation stops, a person must look`;
  await audit(site, run, { action: 'chain.stopped', subject: name, outcome: summary });
  await narrate(site, { text: summary });
  await escalate(site, { id: `${run.id}-${index + 1}-stopped`, summary });
}

/** What `incidents run` reports: every step with what exactly it does, what is left of its limits, and what must hold afterwards. */
import * as z from 'zod';
import { OperatorError } from '../errors.js';
import { conclude, type Finding, type Outcome, type Severity } from '../status.js';
import type { Action } from './actions/action.js';
import { decideStep, type Facts, limitsLeft } from './decide-step.js';
import type { Incident } from './incident.js';
import { plannedIn } from './plan-response.js';
import type { TriggerState } from './playbook.js';
import { isOpen, NO_TRIGGER, type Run, RunStep, stepAt } from './run.js';
import { actionNamed, approvalRequest, candidateOf, type RunSite, readFacts, siteOf } from './run-site.js';

const ReportedStep = RunStep.pick({ action: true, mode: true, note: true }).extend({
  class: z.enum(['read-only', 'reversible', 'disruptive']),
  /** That of the run; of a step not begun, `would …` what is decided about it now. */
  state: z.union([
    RunStep.shape.state,
    z.enum(['would begin', 'would suggest', 'would wait', 'would defer', 'would refuse']),
  ]),
  /** The very programs, requests and statements. */
  doing: z.array(z.string()),
  limits: z.array(z.strictObject({ limit: z.string(), left: z.number() })),
  check: z.strictObject({ condition: z.string(), verdict: z.string() }).nullable(),
});
export type ReportedStep = z.output<typeof ReportedStep>;

export const RunReport = z.strictObject({
  playbook: z.string(),
  incident: z.string(),
  run: z.string(),
  applied: z.boolean(),
  /** Whether a trigger holds now; null: not known. */
  holds: z.boolean().nullable(),
  triggers: z.array(z.string()),
  steps: z.array(ReportedStep),
});
export type RunReport = z.output<typeof RunReport>;

/** The steps as they are after a run. */
export async function describeSteps(site: RunSite, { steps }: Run): Promise<ReportedStep[]> {
  const facts = await readFacts(site.context);
  return Promise.all(steps.map((step) => describeStep(site, step, facts)));
}

/** The same, with what is decided now about those that were not begun. Reads only. */
export async function planSteps(site: RunSite, run: Run): Promise<ReportedStep[]> {
  const facts = await readFacts(site.context);
  const described = await describeSteps(site, run);
  const planned: ReportedStep[] = [];
  for (const [index, step] of described.entries()) {
    planned.push(isOpen(stepAt(run, index)) ? await planStep(site, run, { index, facts, step }) : step);
  }
  return planned;
}

async function describeStep({ context, playbook }: RunSite, step: RunStep, facts: Facts): Promise<ReportedStep> {
  const { action: name, state, note, doing, check } = step;
  const mode = (isOpen(step) && plannedIn(playbook, name)?.mode) || step.mode;
  const { action, settings } = await actionNamed(context, name);
  const limits = [...limitsLeft(name, settings, facts)];
  const shown = check && { condition: check.condition, verdict: check.verdict };
  return { action: name, mode, class: action.class, state, note, doing, limits, check: shown };
}

interface Planning {
  readonly index: number;
  readonly facts: Facts;
  readonly step: ReportedStep;
}

async function planStep(site: RunSite, run: Run, { index, facts, step }: Planning): Promise<ReportedStep> {
  const { context, playbook } = site;
  const candidate = await candidateOf(site, step.action);
  const { action, settings } = candidate;
  const decision = decideStep(candidate, facts);
  const { obstacle, doing } = await look(action, { ...siteOf(site, run, { index, context }), settings });
  const isHindered = decision.kind === 'begin' && obstacle !== null;
  const condition = plannedIn(playbook, step.action)?.postCondition?.text ?? NO_TRIGGER;
  return {
    ...step,
    state: isHindered ? 'would defer' : `would ${decision.kind}`,
    note: decision.kind === 'begin' ? obstacle : decision.why,
    doing,
    check: settings.settle === undefined ? null : { condition, verdict: 'pending' },
  };
}

/** What stands in the way, and what exactly would be done. */
async function look(
  action: Action,
  given: Parameters<Action['prepare']>[0],
): Promise<{ readonly obstacle: string | null; readonly doing: string[] }> {
  try {
    const obstacle = (await action.obstacle?.(given)) ?? null;
    return { obstacle, doing: [...(await action.prepare(given)).doing] };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { obstacle: error.message, doing: [] };
  }
}

interface Reported {
  readonly site: RunSite;
  readonly run: Run;
  readonly state: TriggerState;
  readonly isApplied: boolean;
  readonly steps: readonly ReportedStep[];
}

/** The report, and what is wrong: a step that failed, one that waits, a remedy that did not help. */
export function reportRun({ site, run, state, isApplied, steps }: Reported): Outcome<RunReport> {
  const { playbook, incident } = site;
  const { truth, holding } = state;
  const about = { playbook: playbook.name, incident: incident.id, run: run.id, applied: isApplied };
  const report = { ...about, holds: truth, triggers: [...holding], steps: [...steps] };
  const findings = isApplied ? run.steps.flatMap((step) => judgeStep(step, incident)) : [];
  return conclude(report, findings);
}

function judgeStep({ action, state, note, check }: RunStep, incident: Incident): Finding[] {
  const severity = SEVERITY_OF_STATE[state];
  const found = severity === undefined || (state === 'planned' && note === null);
  const message = state === 'waiting' ? approvalRequest(incident, action) : `${action} ${state}: ${note ?? ''}`;
  const helped = check === null || check.verdict === 'fixed' || state === 'failed';
  return [
    ...(found ? [] : [{ code: `VOPS-INCIDENTS-STEP-${state.toUpperCase()}`, severity, message } as const]),
    ...(helped ? [] : [ineffective(action, check)]),
  ];
}

/** A step that stays planned was put off. */
const SEVERITY_OF_STATE: Partial<Record<RunStep['state'], Severity>> = {
  planned: 'error',
  waiting: 'warning',
  failed: 'error',
  refused: 'error',
  interrupted: 'error',
};

function ineffective(action: string, { condition, verdict }: NonNullable<RunStep['check']>): Finding {
  const isPending = verdict === 'pending';
  const message = isPending
    ? `whether ${action} helps will be seen at the next evaluation: ${condition}`
    : `${action} did not help (${verdict}): ${condition}`;
  return { code: 'VOPS-INCIDENTS-INEFFECTIVE', severity: isPending ? 'info' : 'error', message };
}

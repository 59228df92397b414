/** One run of a playbook at a time: taken up where it stopped, or begun. */
import { appendAudit } from '../audit/index.js';
import { executeSteps } from './execute.js';
import type { Incident } from './incident.js';
import { isBusy, readRuns, saveRun, withPlaybook } from './journal.js';
import { planRun, type RunPlan } from './plan-response.js';
import type { PlannedAction, TriggerState } from './playbook.js';
import type { Run } from './run.js';
import { type Measured, type RunSite, readFacts } from './run-site.js';
import { settleChecks } from './settle-checks.js';

/** What an evaluation does for the playbook of an open incident. Undefined when there is nothing to do. */
export async function runPlaybook(site: RunSite, state: TriggerState, measured: Measured): Promise<Run | undefined> {
  const plan = (runs: readonly Run[]) => planRun({ playbook: site.playbook, state }, site.incident, runs);
  try {
    return await workOn(site, plan, measured);
  } catch (error) {
    if (!isBusy(error)) throw error;
    await skip(site);
    return undefined;
  }
}

/** Holds the playbook, and does what the plan says. @throws OperatorError VOPS-LOCK-BUSY when another run has it */
export async function workOn(
  site: RunSite,
  plan: (runs: readonly Run[]) => RunPlan,
  measured: Measured,
): Promise<Run | undefined> {
  const { context, playbook, incident } = site;
  const { stateDirectory } = await context.config();
  return withPlaybook(context, playbook.name, async () => {
    const runs = await readRuns(stateDirectory, incident);
    const planned = plan(runs);
    if (planned.kind === 'rest') return undefined;
    const isNew = planned.kind === 'begin';
    const run = isNew ? await saveRun(context, newRun(site, planned.actions, runs.length + 1)) : planned.run;
    const before = runs.filter(({ id }) => id !== run.id);
    return executeSteps(site, await settleChecks(site, run, { measured, before }));
  });
}

/** As it will be written before anything is done. */
export function newRun(
  { context, playbook, incident, actor }: RunSite,
  actions: readonly PlannedAction[],
  number: number,
): Run {
  return {
    schemaVersion: 1,
    id: `${incident.id}-run${number}`,
    incident: incident.id,
    playbook: playbook.name,
    opening: incident.reopened,
    actor,
    startedAt: context.now().toISOString(),
    endedAt: null,
    steps: actions.map(({ action, mode }) => ({
      action,
      mode,
      state: 'planned',
      startedAt: null,
      endedAt: null,
      doing: [],
      note: null,
      check: null,
    })),
  };
}

const SKIPPED = 'run.skipped';

/** Once an opening of the incident, however often it is evaluated meanwhile. */
async function skip({ context, actor, playbook, incident }: RunSite): Promise<void> {
  const { audit } = await readFacts(context);
  const details = { incident: incident.id, opening: incident.reopened };
  const isKnown = audit.records.some((record) => record.action === SKIPPED && concerns(record.details, incident));
  if (isKnown) return;
  await appendAudit(context, { actor, action: SKIPPED, subject: playbook.name, outcome: 'skipped: running', details });
}

const concerns = (details: Readonly<Record<string, unknown>> | undefined, { id, reopened }: Incident) =>
  details?.incident === id && details?.opening === reopened;

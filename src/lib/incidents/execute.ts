/** Works through the steps of a run, one after the other, and leaves behind what a crash needs to go on. */
import { beginStep } from './begin-step.js';
import { closeRun } from './close-runs.js';
import { decideStep } from './decide-step.js';
import { holdStep } from './hold-step.js';
import type { Incident } from './incident.js';
import { isBusy, saveRun, withExclusive } from './journal.js';
import { recoverRun } from './recover.js';
import { isOpen, isPending, type Run, stepAt } from './run.js';
import { candidateOf, type RunSite, readFacts } from './run-site.js';
import { readIncident } from './store.js';

/** Begins what may be begun now. The caller holds the playbook. */
export async function executeSteps(site: RunSite, run: Run): Promise<Run> {
  let current = await recoverRun(site, run);
  for (const index of current.steps.keys()) {
    if (!isOpen(stepAt(current, index)) || site.context.signal.aborted) continue;
    const incident = await incidentNow(site);
    if (incident.status !== 'resolved') current = await advance({ ...site, incident }, current, index);
  }
  return endIfOver(site, current);
}

/** Others acknowledge and resolve it while we are at work. */
async function incidentNow({ context, incident }: RunSite): Promise<Incident> {
  const { stateDirectory } = await context.config();
  return (await readIncident(stateDirectory, incident.id)) ?? incident;
}

/** Ends a run in which nothing can be begun and nothing is to be looked at, or whose incident is over. */
async function endIfOver(site: RunSite, run: Run): Promise<Run> {
  const { context } = site;
  const incident = await incidentNow(site);
  if (incident.status === 'resolved') return closeRun(context, incident, run);
  const isOver = run.endedAt === null && !run.steps.some((step) => isOpen(step) || isPending(step));
  return isOver ? saveRun(context, { ...run, endedAt: context.now().toISOString() }) : run;
}

async function advance(site: RunSite, run: Run, index: number): Promise<Run> {
  const { context } = site;
  const { action: name } = stepAt(run, index);
  const candidate = await candidateOf(site, name);
  const { settings } = candidate;
  const decision = decideStep(candidate, await readFacts(context));
  if (decision.kind !== 'begin') return holdStep(site, run, { index, decision });
  try {
    return await withExclusive(context, name, () => beginStep(site, run, { index, settings }));
  } catch (error) {
    if (!isBusy(error)) throw error;
    return holdStep(site, run, { index, decision: { kind: 'defer', why: 'another run does it' } });
  }
}

/** What a crash left of a run. */
import { type Run, stepAt } from './run.js';
import { actionNamed, audit, escalate, narrate, type RunSite, saveStep } from './run-site.js';

/** A step that was begun, with nobody at it: a crash cut it short. What may not be repeated is left to people. */
export async function recoverRun(site: RunSite, run: Run): Promise<Run> {
  let current = run;
  for (const [index, { state }] of run.steps.entries()) {
    if (state === 'running') current = await recoverStep(site, current, index);
  }
  return current;
}

async function recoverStep(site: RunSite, run: Run, index: number): Promise<Run> {
  const { action: name } = stepAt(run, index);
  const { action } = await actionNamed(site.context, name);
  const endedAt = site.context.now().toISOString();
  const recovered = action.isRepeatable
    ? await saveStep(site, run, { index, state: 'planned', note: REPEATED })
    : await saveStep(site, run, { index, state: 'interrupted', note: UNKNOWN, endedAt });
  const outcome = action.isRepeatable ? REPEATED : UNKNOWN;
  await audit(site, recovered, { action: 'step.interrupted', subject: name, outcome });
  await narrate(site, { text: `${name}: ${outcome}` });
  if (!action.isRepeatable) {
    const summary = `${name} was ${UNKNOWN}; it is not repeated, look whether it was`;
    await escalate(site, { id: `${run.id}-${index + 1}-interrupted`, summary });
  }
  return recovered;
}

const REPEATED = 'cut short, and begun again';
export const UNKNOWN = 'cut short, and nobody knows whether it was done';

/** Ends the runs of an incident that is over: nothing is begun for trouble that has ended. */
import type { Context } from '../context.js';
import type { Incident } from './incident.js';
import { isBusy, readRuns, saveRun, withPlaybook } from './journal.js';
import { UNKNOWN } from './recover.js';
import { isPending, type Run, type RunStep } from './run.js';

/** Where somebody is at one, they see that the incident is over, and end it. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`. */
export async function closeRuns(context: Context, incident: Incident): Promise<void> {
  const { stateDirectory } = await context.config();
  try {
    await withPlaybook(context, incident.key, async () => {
      for (const run of await readRuns(stateDirectory, incident)) {
        if (run.endedAt === null) await closeRun(context, incident, run);
      }
    });
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

/** The caller holds the playbook. */
export function closeRun(context: Context, incident: Incident, run: Run): Promise<Run> {
  const endedAt = context.now().toISOString();
  const verdict = incident.awaitsEnd ? ('unknown' as const) : ('fixed' as const);
  const steps = run.steps.map((step): RunStep => {
    const check = isPending(step) && step.check ? { ...step.check, verdict } : step.check;
    if (step.state === 'running') return { ...step, state: 'interrupted', note: UNKNOWN, endedAt };
    const isLeft = step.state === 'planned' || step.state === 'waiting';
    return isLeft ? { ...step, check, state: 'refused', note: 'the incident had ended' } : { ...step, check };
  });
  return saveRun(context, { ...run, steps, endedAt });
}

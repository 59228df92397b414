/** A step that is not begun, and why. */
import type { Decision } from './decide-step.js';
import { type Run, stepAt } from './run.js';
import { actionNamed, approvalRequest, audit, escalate, narrate, type RunSite, saveStep } from './run-site.js';

/** Writes down why a step is not begun: once, for the next evaluation will come to the same. */
export async function holdStep(site: RunSite, run: Run, { index, decision }: Held): Promise<Run> {
  const { action: name, state, note } = stepAt(run, index);
  const { kind, why } = decision;
  if (state === STATE_OF_HELD[kind] && note === why) return run;
  const held = await saveStep(site, run, { index, state: STATE_OF_HELD[kind], note: why });
  await audit(site, held, { action: 'step.held', subject: name, outcome: `${kind}: ${why}` });
  await narrate(site, { text: `${name} was not begun: ${why}` });
  const { action } = await actionNamed(site.context, name);
  const id = `${run.id}-${index + 1}-${kind}`;
  if (kind === 'wait') await escalate(site, { id, summary: approvalRequest(site.incident, name) });
  else if (action.class !== 'read-only') await escalate(site, { id, summary: `${name} was not begun: ${why}` });
  return held;
}

const STATE_OF_HELD = { suggest: 'suggested', wait: 'waiting', defer: 'planned', refuse: 'refused' } as const;

interface Held {
  readonly index: number;
  readonly decision: Exclude<Decision, { readonly kind: 'begin' }>;
}

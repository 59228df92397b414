/** Playbooks, in the guide's form, and what the automation may do. */
import * as z from 'zod';
import { MODES } from '../incidents/actions/action.js';
import { ACTION_NAMES, type ActionName, actions } from '../incidents/actions/index.js';
import { Duration } from '../units.js';

const Name = z.enum(ACTION_NAMES);

export const Incident = z.lazy(() =>
  z.strictObject({
    /** Names the playbook, and the incidents that come of it. */
    name: z.string().min(1).max(200),
    /** Each sets it off: the guide's words, a condition as in alert rules, or the name of an alert. */
    triggers: z.array(z.string().min(1)).min(1),
    /** What is done, in this order: the name of an action, or with a mode of its own for this playbook. */
    actions: z.array(z.union([Name, z.strictObject({ action: Name, mode: z.enum(MODES) })])).min(1),
    /** Of the incident. */
    severity: z.enum(['critical', 'warning', 'info']).default('critical'),
    /** With fewer samples behind a rate or a mean, a trigger is unknown. */
    minSamples: z.number().int().min(0).default(20),
  }),
);

type ActionSettings = { readonly [Each in ActionName]: (typeof actions)[Each]['settings'] };
const settingsOfActions = Object.fromEntries(
  Object.entries(actions).map(([name, { settings }]) => [name, settings]),
) as ActionSettings; // the same names, one by one

export const Automation = z.lazy(() =>
  z
    .strictObject({
      actions: z.strictObject(settingsOfActions).prefault({}),
      /** A trigger that is back within this time of its end reopens the incident. */
      reopenWithin: Duration.prefault('30m'),
      /** Resolved incidents kept. */
      keepIncidents: z.number().int().min(10).default(1_000),
    })
    .prefault({}),
);
export type Automation = z.output<typeof Automation>;

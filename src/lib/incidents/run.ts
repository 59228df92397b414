/** The journal of a playbook's run: one file, written before and after each step, so that a crash loses nothing. */
import * as z from 'zod';
import { MODES } from './actions/action.js';
import { ACTION_NAMES } from './actions/index.js';

const Time = z.iso.datetime();

/**
 * `planned`: not begun. `waiting`: for a person's approval. `running`: begun; with nobody at it, a crash cut it short.
 * `done`, `failed`: it ended. `suggested`, `refused`: it will not be done in this run. `interrupted`: begun, and it is
 * not known whether it was done.
 */
const STEP_STATES = ['planned', 'waiting', 'running', 'done', 'failed', 'suggested', 'refused', 'interrupted'] as const;

/** Whether a remedy helped, looked at once it has had time to. */
const Check = z.strictObject({
  /** In words. */
  condition: z.string(),
  dueAt: Time,
  verdict: z.enum(['pending', 'fixed', 'not fixed', 'unknown']),
});

export const RunStep = z.strictObject({
  action: z.enum(ACTION_NAMES),
  /** When the run began. */
  mode: z.enum(MODES),
  state: z.enum(STEP_STATES),
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  /** What exactly was begun. */
  doing: z.array(z.string()),
  /** Why it stands as it does, or what came of it. */
  note: z.string().nullable(),
  check: Check.nullable(),
});
export type RunStep = z.output<typeof RunStep>;

export const Run = z.strictObject({
  schemaVersion: z.literal(1),
  /** `application-down-7-1`: the incident's, and its number among the runs of the incident. */
  id: z.string(),
  incident: z.string(),
  playbook: z.string(),
  /** Which time the incident was open: 0, and one more each time it came back. */
  opening: z.number().int(),
  actor: z.string(),
  startedAt: Time,
  /** Null while there is something to be done, or looked at. */
  endedAt: Time.nullable(),
  steps: z.array(RunStep),
});
export type Run = z.output<typeof Run>;

/** The post-condition of a remedy that has none of its own. */
export const NO_TRIGGER = 'no trigger holds';

/** Steps that can still be begun. */
export const isOpen = ({ state }: RunStep): boolean =>
  state === 'planned' || state === 'waiting' || state === 'running';

export const isPending = ({ check }: RunStep): boolean => check?.verdict === 'pending';

export function stepAt(run: Run, index: number): RunStep {
  const step = run.steps[index];
  if (step === undefined) throw new Error(`the run ${run.id} has no step ${index}`);
  return step;
}

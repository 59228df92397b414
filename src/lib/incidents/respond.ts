/** What follows an evaluation of the alerts: incidents are opened and resolved, playbooks run. */
import type { Context } from '../context.js';
import { type Explanation, explain, OperatorError } from '../errors.js';
import type { Sample } from '../metrics/index.js';
import type { Enqueue } from './actions/action.js';
import { applyChange } from './apply-changes.js';
import type { Pace } from './aside.js';
import { type Change, type FiringAlert, planIncidents } from './plan-response.js';
import { judgeTriggers, loadPlaybooks, type Playbook, pathsOf, type TriggerState } from './playbook.js';
import type { Run } from './run.js';
import { runPlaybook } from './run-playbook.js';
import { latestIncidents, pruneIncidents } from './store.js';

export interface Evaluated {
  readonly sample: Pick<Sample, 'values'>;
  /** The alerts that fire now, silenced or not. */
  readonly firing: readonly FiringAlert[];
  readonly enqueue: Enqueue;
  /** Of the work on playbooks, which may take minutes. */
  readonly pace: Pace;
}

export interface Response {
  readonly changes: readonly { readonly kind: Change['kind']; readonly incident: string }[];
  /** Runs that were begun or gone on with, as they are now; none where their work goes on. */
  readonly runs: readonly Run[];
  /** What kept a playbook from its work; the others went on. */
  readonly problems: readonly Explanation[];
}

/** The metrics that the playbooks of the configuration need in the sample. Errors: `VOPS-CONFIG-INVALID`. */
export async function playbookPaths({ config }: Pick<Context, 'config'>): Promise<readonly string[]> {
  return pathsOf(await loadPlaybooks(await config()));
}

/** Errors: `VOPS-CONFIG-INVALID`; `VOPS-FILE…`, `VOPS-DISK-FULL` where a record cannot be written. */
export async function respond(context: Context, { sample, firing, enqueue, pace }: Evaluated): Promise<Response> {
  const config = await context.config();
  const rules = new Set(firing.map(({ rule }) => rule));
  const playbooks = (await loadPlaybooks(config)).map((playbook) => ({
    playbook,
    state: judgeTriggers(playbook, sample.values, rules),
  }));
  const incidents = await latestIncidents(config.stateDirectory);
  const about = { now: context.now(), reopenWithinMs: config.automation.reopenWithin };
  const planned = planIncidents({ playbooks, firing, incidents, ...about });
  const changes: { kind: Change['kind']; incident: string }[] = [];
  for (const change of planned) changes.push({ kind: change.kind, incident: (await applyChange(context, change)).id });
  if (changes.some(({ kind }) => kind === 'open')) await pruneIncidents(context, config.automation.keepIncidents);
  const worked = await pace(() => workThrough(context, playbooks, { sample, enqueue }));
  return { changes: changes.filter(({ kind }) => kind !== 'observe'), ...(worked ?? { runs: [], problems: [] }) };
}

interface Judged {
  readonly playbook: Playbook;
  readonly state: TriggerState;
}

/** One after the other: two at once would act on one application. */
async function workThrough(
  context: Context,
  playbooks: readonly Judged[],
  { sample, enqueue }: Pick<Evaluated, 'sample' | 'enqueue'>,
): Promise<Pick<Response, 'runs' | 'problems'>> {
  const { stateDirectory } = await context.config();
  const open = new Map((await latestIncidents(stateDirectory)).map((incident) => [incident.key, incident]));
  const runs: Run[] = [];
  const problems: Explanation[] = [];
  for (const { playbook, state } of playbooks) {
    const incident = open.get(playbook.name);
    if (incident === undefined || incident.status === 'resolved' || context.signal.aborted) continue;
    const site = { context, playbook, incident, actor: playbook.actor, approved: new Set<never>(), enqueue };
    try {
      const run = await runPlaybook(site, state, { truth: state.truth, values: sample.values });
      if (run) runs.push(run);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      problems.push(explain(error));
    }
  }
  return { runs, problems };
}

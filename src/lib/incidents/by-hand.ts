/** `incidents run`: a playbook, or the rest of its run, by a person. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { personActing } from '../audit/index.js';
import type { Value } from '../conditions/index.js';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import type { Outcome } from '../status.js';
import { suggest } from '../suggest.js';
import type { Enqueue } from './actions/action.js';
import { ACTION_NAMES, type ActionName } from './actions/index.js';
import { openFor } from './apply-changes.js';
import { type Incident, openIncident } from './incident.js';
import { isBusy, readRuns } from './journal.js';
import type { Opened, RunPlan } from './plan-response.js';
import { judgeTriggers, loadPlaybooks, type Playbook, pathsOf, type TriggerState } from './playbook.js';
import { isPending, type Run } from './run.js';
import { newRun, workOn } from './run-playbook.js';
import { describeSteps, planSteps, type RunReport, reportRun } from './run-report.js';
import type { Measured, RunSite } from './run-site.js';
import { latestIncidents } from './store.js';

export const RunFlags = z.object({
  playbook: z.string().min(1),
  approve: z.string().optional(),
});
export type RunFlags = z.output<typeof RunFlags>;

export interface RunTools {
  readonly enqueue: (context: Context, notifications: Parameters<Enqueue>[0]) => Promise<unknown>;
  /** Delivers what was enqueued, if it can be done now. */
  readonly flush: (context: Context) => Promise<void>;
  readonly measure: (context: Context, paths: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
}

/** Resolves every step and asks what would be begun now; writes nothing. Errors: `VOPS-USAGE`, `VOPS-CONFIG-INVALID`. */
export const planRunByHand =
  (tools: RunTools) =>
  async (context: Context, flags: RunFlags): Promise<Outcome<RunReport>> => {
    const { site, state, runs } = await prepare(context, flags, tools);
    const run = unfinished(runs) ?? newRun(site, site.playbook.actions, runs.length + 1);
    return reportRun({ site, run, state, isApplied: false, steps: await planSteps(site, run) });
  };

/**
 * Goes on with the run of the open incident, or begins one, and waits until it is known whether the remedies helped.
 * Errors: as the plan; `VOPS-LOCK-BUSY` while another run of the playbook goes on.
 */
export const applyRunByHand =
  (tools: RunTools) =>
  async (context: Context, _plan: Outcome<RunReport>, flags: RunFlags): Promise<Outcome<RunReport>> => {
    const prepared = await prepare(context, flags, tools);
    const { state, values } = prepared;
    const { playbook, actor } = prepared.site;
    const incident = prepared.open ?? (await openFor(context, openingOf(playbook, state, actor), actor));
    const site = { ...prepared.site, incident };
    const begun = await workOn(site, (runs) => resume(runs, playbook), { truth: state.truth, values });
    if (begun === undefined) throw new Error('a run by hand always has something to do');
    await tools.flush(context);
    const run = await untilJudged(site, begun, tools);
    if (run !== begun) await tools.flush(context);
    return reportRun({ site, run, state, isApplied: true, steps: await describeSteps(site, run) });
  };

interface Prepared {
  readonly site: RunSite;
  readonly state: TriggerState;
  readonly values: ReadonlyMap<string, Value>;
  /** The open incident of the playbook. */
  readonly open: Incident | undefined;
  readonly runs: readonly Run[];
}

async function prepare(context: Context, flags: RunFlags, tools: RunTools): Promise<Prepared> {
  const config = await context.config();
  const playbook = choose(await loadPlaybooks(config), flags.playbook);
  const approved = parseApproval(flags.approve, playbook);
  const values = await tools.measure(context, pathsOf([playbook]));
  const latest = (await latestIncidents(config.stateDirectory)).find(({ key }) => key === playbook.name);
  const open = latest?.status === 'resolved' ? undefined : latest;
  const state = judgeTriggers(playbook, values);
  const actor = personActing(context);
  // Stands for the incident that a real run opens.
  const place = { id: 'the-next-incident', episode: 0, environment: config.environment, host: hostname(), actor };
  const incident = open ?? openIncident({ ...openingOf(playbook, state, actor), ...place, at: context.now() });
  const enqueue: Enqueue = (notifications) => tools.enqueue(context, notifications);
  const site = { context, playbook, incident, actor, approved, enqueue };
  return { site, state, values, open, runs: open ? await readRuns(config.stateDirectory, open) : [] };
}

function choose(playbooks: readonly Playbook[], name: string): Playbook {
  const found = playbooks.find((playbook) => playbook.name === name);
  if (found) return found;
  const names = playbooks.map((playbook) => playbook.name);
  const meant = suggest(name, names);
  const known =
    names.length === 0 ? 'none is configured: incidents in the configuration' : `known: ${names.join(', ')}`;
  const hint = meant === undefined ? known : `did you mean ${meant}?`;
  throw new OperatorError('VOPS-USAGE', `there is no playbook ${name}`, { hint });
}

function parseApproval(text: string | undefined, { actions }: Playbook): ReadonlySet<ActionName> {
  const own = new Set(actions.map(({ action }) => action));
  if (text === undefined) return new Set();
  if (text === 'all') return own;
  return new Set(text.split(',').map((word) => parseAction(word.trim(), own)));
}

function parseAction(word: string, own: ReadonlySet<ActionName>): ActionName {
  const found = ACTION_NAMES.find((name) => name === word);
  if (found && own.has(found)) return found;
  const meant = suggest(word, [...own]);
  throw new OperatorError('VOPS-USAGE', `the playbook has no action ${word}`, {
    hint: meant === undefined ? `it has: ${[...own].join(', ')}` : `did you mean ${meant}?`,
  });
}

/** What an incident that a person begins is about. */
const openingOf = ({ name, severity }: Playbook, state: TriggerState, actor: string): Opened => ({
  key: name,
  source: 'playbook',
  severity,
  trigger: state.holding.join(', ') || `by hand, by ${actor}`,
  values: { ...state.values },
});

const unfinished = (runs: readonly Run[]) => runs.find(({ endedAt }) => endedAt === null);

function resume(runs: readonly Run[], { actions }: Playbook) {
  const run = unfinished(runs);
  return run ? ({ kind: 'continue', run } as const) : ({ kind: 'begin', actions } as const);
}

const LOOK_EVERY_MS = 2_000;

/** Measures until every remedy has a verdict, as the evaluations of the alerts do otherwise. */
async function untilJudged(site: RunSite, begun: Run, tools: RunTools): Promise<Run> {
  const { context } = site;
  let run = begun;
  while (run.steps.some(isPending) && !context.signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: context.signal }).catch(() => undefined);
    run = await look(site, run, tools);
  }
  return run;
}

async function look(site: RunSite, { id }: Run, { measure }: RunTools): Promise<Run> {
  const { context, playbook, incident } = site;
  const values = await measure(context, pathsOf([playbook]));
  const measured: Measured = { truth: judgeTriggers(playbook, values).truth, values };
  const goOn = (runs: readonly Run[]): RunPlan => {
    const run = unfinished(runs);
    return run ? { kind: 'continue', run } : { kind: 'rest' };
  };
  try {
    await workOn(site, goOn, measured);
  } catch (error) {
    if (!isBusy(error)) throw error; // an evaluation of the alerts looks at it
  }
  const runs = await readRuns((await context.config()).stateDirectory, incident);
  const run = runs.find((candidate) => candidate.id === id);
  if (run) return run;
  throw new OperatorError('VOPS-FILE', `the journal of ${id} has gone`);
}

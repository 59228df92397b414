/** Where a run of a playbook takes place, and how it tells what happens: journal, audit log, timeline, messages. */
import { appendAudit, readAudit } from '../audit/index.js';
import type { Value } from '../conditions/index.js';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import type { Action, CommonSettings, Enqueue, Site } from './actions/action.js';
import { type ActionName, actions } from './actions/index.js';
import { announce, channelsOf } from './actions/notify.js';
import { readPause } from './automation.js';
import type { Facts } from './decide-step.js';
import { type Incident, type Ticket, type TimelineEntry, tell } from './incident.js';
import { saveRun } from './journal.js';
import { plannedIn } from './plan-response.js';
import type { Playbook } from './playbook.js';
import type { Run, RunStep } from './run.js';
import { runCommand } from './run-command.js';
import { changeIncident } from './store.js';

export interface RunSite {
  readonly context: Context;
  readonly playbook: Playbook;
  readonly incident: Incident;
  /** Who acts: the automation, or a person. */
  readonly actor: string;
  /** Approved by a person, for this run. */
  readonly approved: ReadonlySet<ActionName>;
  readonly enqueue: Enqueue;
}

/** Metrics, and whether the playbook's triggers hold. */
export interface Measured {
  readonly truth: boolean | null;
  readonly values: ReadonlyMap<string, Value>;
}

const DAY_MS = 86_400_000;

/** Read anew before every step: the switch, and what counts against the limits. Leaves no trace. */
export async function readFacts({ config, now }: Pick<Context, 'config' | 'now'>): Promise<Facts> {
  const { stateDirectory } = await config();
  const at = now();
  const pause = await readPause(stateDirectory, at);
  return { now: at, pause, audit: await readAudit(stateDirectory, new Date(+at - DAY_MS)) };
}

/** The action with its settings, as the registry knows it: each takes only its own. */
export async function actionNamed(
  { config }: Pick<Context, 'config'>,
  name: ActionName,
): Promise<{ readonly action: Action; readonly settings: CommonSettings }> {
  return { action: actions[name], settings: (await config()).automation.actions[name] };
}

/** What is to be decided about an action, by the configuration and the incident as they are now. */
export async function candidateOf({ context, playbook, incident, approved }: RunSite, name: ActionName) {
  const { action, settings } = await actionNamed(context, name);
  const isAttended = incident.status === 'acknowledged';
  return { action, mode: plannedIn(playbook, name)?.mode, settings, isApproved: approved.has(name), isAttended };
}

/** What the action of a step is given. */
export function siteOf(site: RunSite, run: Run, { index, context }: StepPlace): Omit<Site<CommonSettings>, 'settings'> {
  return {
    context,
    incident: site.incident,
    stepId: `${run.id}-${index + 1}`,
    state: run.steps.flatMap((step, at) => (at === index ? [] : stateInWords(step, site.incident))),
    enqueue: site.enqueue,
  };
}

export interface StepPlace {
  readonly index: number;
  readonly context: Context;
}

function stateInWords({ action, state, note }: RunStep, incident: Incident): string[] {
  if (state === 'planned' && note === null) return [];
  if (state === 'waiting') return [approvalRequest(incident, action)];
  return [`${action} ${state}${note === null ? '' : `: ${note}`}`];
}

/** The run with this step changed, on disk. */
export function saveStep(
  site: RunSite,
  run: Run,
  { index, ...change }: Partial<RunStep> & { index: number },
): Promise<Run> {
  const steps = run.steps.map((step, at) => (at === index ? { ...step, ...change } : step));
  return saveRun(site.context, { ...run, steps });
}

interface Deed {
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One line of the audit log. */
export function audit({ context, actor, incident, playbook }: RunSite, run: Run, deed: Deed): Promise<void> {
  const about = { incident: incident.id, run: run.id, playbook: playbook.name };
  return appendAudit(context, { actor, ...deed, details: { ...about, ...deed.details } });
}

type Narrated = Pick<TimelineEntry, 'text' | 'details'>;

/** One line of the incident's timeline. */
export function narrate({ context, actor, incident }: RunSite, { text, details }: Narrated): Promise<Incident> {
  const entry = { at: context.now().toISOString(), kind: 'step', actor, text, ...(details && { details }) } as const;
  return changeIncident(context, incident.id, (current) => tell(current, entry));
}

/** From now on the incident has it, and none is made again. */
export const keepTicket = ({ context, incident }: RunSite, ticket: Ticket): Promise<Incident> =>
  changeIncident(context, incident.id, (current) => ({ ...current, ticket }));

/** Tells people what the automation cannot do alone. Whether they can be told decides nothing. */
export async function escalate(
  { context, incident, enqueue }: RunSite,
  { id, summary }: { readonly id: string; readonly summary: string },
): Promise<void> {
  try {
    const config = await context.config();
    const channels = channelsOf(config, config.automation.actions.notify_team.channels);
    await announce({ context, incident, enqueue }, { id, channels, summary: `incident ${incident.id}: ${summary}` });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    context.log.warn(`nobody could be told that ${summary}: ${error.message}`);
  }
}

/** What a person should do about a step that waits. */
export const approvalRequest = ({ key, environment }: Incident, action: string): string =>
  `${action} waits for approval: ${runCommand({ playbook: key, environment }, '--approve', action)}`;

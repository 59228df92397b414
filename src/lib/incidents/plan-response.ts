/** What an evaluation means for incidents and playbooks. Pure. */
import type { AlertSeverity } from '../alerts/index.js';
import type { Truth } from '../conditions/index.js';
import type { ActionName } from './actions/index.js';
import type { Incident } from './incident.js';
import type { PlannedAction, Playbook, TriggerState } from './playbook.js';
import { isPending, type Run, type RunStep } from './run.js';

/** An alert that fires. */
export interface FiringAlert {
  readonly rule: string;
  readonly severity: AlertSeverity;
  /** As it is written. */
  readonly condition: string;
}

/** What a new incident is about. */
export type Opened = Pick<Incident, 'key' | 'source' | 'severity' | 'trigger' | 'values'>;

export type Change =
  | { readonly kind: 'open'; readonly about: Opened }
  | { readonly kind: 'reopen'; readonly incident: Incident; readonly text: string; readonly values: Incident['values'] }
  | { readonly kind: 'observe'; readonly incident: Incident; readonly values: Incident['values'] }
  | { readonly kind: 'resolve' | 'forget'; readonly incident: Incident };

export interface Situation {
  readonly playbooks: readonly { readonly playbook: Playbook; readonly state: TriggerState }[];
  readonly firing: readonly FiringAlert[];
  /** The latest of each key. */
  readonly incidents: readonly Incident[];
  readonly now: Date;
  readonly reopenWithinMs: number;
}

interface Subject {
  readonly about: Opened;
  readonly truth: Truth;
}

/**
 * Incidents to open, reopen and resolve. A playbook has one, and so has a critical alert that sets off no playbook; one
 * of the same name is the same incident. What is unknown changes nothing.
 */
export function planIncidents(situation: Situation): Change[] {
  const subjects = subjectsOf(situation);
  const keys = new Set(subjects.map(({ about }) => about.key));
  const latest = new Map(situation.incidents.map((incident) => [incident.key, incident]));
  const begun = subjects.flatMap((subject) => changesOf(subject, latest.get(subject.about.key), situation));
  // An alert that no longer fires has no subject. A playbook that is no longer configured is left to people.
  const gone = situation.incidents.filter(({ key, source }) => source === 'alert' && !keys.has(key));
  return [...begun, ...gone.flatMap((incident) => changesOfEnded(incident))];
}

function subjectsOf({ playbooks, firing }: Situation): Subject[] {
  const triggers = new Set(
    playbooks.flatMap(({ playbook }) =>
      playbook.triggers.flatMap((trigger) => ('rule' in trigger ? trigger.rule.name : [])),
    ),
  );
  const critical = firing.filter(({ severity, rule }) => severity === 'critical' && !triggers.has(rule));
  const ofPlaybooks = playbooks.map(({ playbook: { name, severity }, state }): Subject => {
    const alert = critical.find(({ rule }) => rule === name);
    const trigger = state.holding.join(', ') || (alert?.condition ?? '');
    const about = { key: name, source: 'playbook', severity, trigger, values: { ...state.values } } as const;
    return { about, truth: alert ? true : state.truth };
  });
  const names = new Set(playbooks.map(({ playbook }) => playbook.name));
  const ofAlerts = critical
    .filter(({ rule }) => !names.has(rule))
    .map(({ rule, severity, condition }): Subject => {
      return { about: { key: rule, source: 'alert', severity, trigger: condition, values: {} }, truth: true };
    });
  return [...ofPlaybooks, ...ofAlerts];
}

function changesOf(
  { truth, about }: Subject,
  incident: Incident | undefined,
  { now, reopenWithinMs }: Situation,
): Change[] {
  if (truth === null) return [];
  if (truth === false) return incident ? changesOfEnded(incident) : [];
  if (incident === undefined) return [{ kind: 'open', about }];
  const { values, trigger } = about;
  if (incident.status !== 'resolved') return [{ kind: 'observe', incident, values }];
  if (incident.awaitsEnd) return [];
  const isRecent = +now - Date.parse(incident.resolvedAt ?? '') <= reopenWithinMs;
  return isRecent ? [{ kind: 'reopen', incident, text: trigger, values }] : [{ kind: 'open', about }];
}

function changesOfEnded(incident: Incident): Change[] {
  if (incident.status !== 'resolved') return [{ kind: 'resolve', incident }];
  return incident.awaitsEnd ? [{ kind: 'forget', incident }] : [];
}

/** The action as the playbook has it now; undefined where it has it no more. */
export const plannedIn = ({ actions }: Playbook, name: ActionName): PlannedAction | undefined =>
  actions.find(({ action }) => action === name);

/** What becomes of a playbook whose incident is open. */
export type RunPlan =
  | { readonly kind: 'continue'; readonly run: Run }
  | { readonly kind: 'begin'; readonly actions: readonly PlannedAction[] }
  | { readonly kind: 'rest' };

/** So many remedies without effect, one after the other, and the automation gives up. */
export const MOST_INEFFECTIVE = 2;

/** @param runs those of the incident, oldest first */
export function planRun(
  { playbook, state }: Situation['playbooks'][number],
  { reopened }: Incident,
  runs: readonly Run[],
): RunPlan {
  const last = runs.at(-1);
  if (last && last.endedAt === null) return { kind: 'continue', run: last };
  if (state.truth !== true) return { kind: 'rest' };
  if (!runs.some(({ opening }) => opening === reopened)) return { kind: 'begin', actions: playbook.actions };
  const again = playbook.actions.filter(({ action }) => {
    const failures = ineffectiveInARow(action, runs);
    return failures > 0 && failures < MOST_INEFFECTIVE;
  });
  return again.length > 0 ? { kind: 'begin', actions: again } : { kind: 'rest' };
}

/** How often the remedy was tried in vain since it last helped. */
export function ineffectiveInARow(action: ActionName, runs: readonly Run[]): number {
  const tried = runs.flatMap(({ steps }) => steps.filter((step) => step.action === action && hasVerdict(step)));
  const lastGood = tried.findLastIndex(({ check }) => check?.verdict === 'fixed');
  return tried.length - lastGood - 1;
}

const hasVerdict = (step: RunStep) => step.check !== null && !isPending(step);

/** Whether a step of a playbook may be begun now. Pure. */
import type { RecentAudit } from '../audit/index.js';
import { formatDuration } from '../measures.js';
import type { Action, CommonSettings, Mode } from './actions/action.js';
import type { Pause } from './automation.js';

/** The action of an audit record that counts against the limits. */
export const STEP_STARTED = 'step.started';

export interface Facts {
  readonly now: Date;
  readonly pause: Pause | null;
  /** Of the last day. */
  readonly audit: RecentAudit;
}

export interface Candidate {
  readonly action: Pick<Action, 'name' | 'class'>;
  /** As the playbook has it now, whatever it was when the run began; undefined: it has the action no more. */
  readonly mode: Mode | undefined;
  readonly settings: CommonSettings;
  /** By a person, for this run. */
  readonly isApproved: boolean;
  /** A person has acknowledged the incident, and is at it. */
  readonly isAttended: boolean;
}

/**
 * `begin`: now. `suggest`: people are told, and it is not done in this run. `wait`: for approval. `defer`: not now; asked
 * again at the next evaluation. `refuse`: not in this run.
 */
export type Decision =
  | { readonly kind: 'begin' }
  | { readonly kind: 'suggest' | 'wait' | 'defer' | 'refuse'; readonly why: string };

/** Reasons are the same words as long as the reason is the same: they are told once. */
export function decideStep(candidate: Candidate, facts: Facts): Decision {
  const { action, mode, settings, isApproved, isAttended } = candidate;
  const { pause, audit } = facts;
  if (mode === undefined) return { kind: 'refuse', why: 'the playbook has it no more' };
  if (pause) return { kind: 'defer', why: `automation is paused by ${pause.actor}: ${pause.reason}` };
  if (mode === 'suggest' && !isApproved) return { kind: 'suggest', why: 'its mode is suggest' };
  if (action.class === 'disruptive' && !audit.isWhole) {
    return { kind: 'refuse', why: 'the audit log is damaged, so the limits cannot be counted' };
  }
  const reached = limitsOf(settings).find((limit) => leftOf(limit, action.name, facts) === 0);
  if (reached) return { kind: 'refuse', why: `the limit is reached: ${describeLimit(reached)}` };
  if (isCooling(settings, action.name, facts)) {
    return { kind: 'defer', why: `its cooldown of ${formatDuration(settings.cooldown)} is not over` };
  }
  if (isApproved || action.class === 'read-only') return approvalOf(mode === 'auto' || isApproved);
  if (isAttended) return { kind: 'wait', why: 'it needs approval: a person has acknowledged the incident' };
  return approvalOf(mode === 'auto');
}

const approvalOf = (isGiven: boolean): Decision =>
  isGiven ? { kind: 'begin' } : { kind: 'wait', why: 'it needs approval' };

interface Limit {
  readonly most: number;
  readonly withinMs: number;
}

const MINUTE_MS = 60_000;

function limitsOf({ maxPerHalfHour, maxPerHour, maxPerDay }: CommonSettings): readonly Limit[] {
  const limits = [
    [maxPerHalfHour, 30],
    [maxPerHour, 60],
    [maxPerDay, 24 * 60],
  ] as const;
  return limits.flatMap(([most, minutes]) => (most === undefined ? [] : [{ most, withinMs: minutes * MINUTE_MS }]));
}

const describeLimit = ({ most, withinMs }: Limit) => `${most} in ${formatDuration(withinMs)}`;

/** What is left of each limit, in words and numbers. */
export function limitsLeft(
  action: string,
  settings: CommonSettings,
  facts: Facts,
): readonly { readonly limit: string; readonly left: number }[] {
  return limitsOf(settings).map((limit) => ({ limit: describeLimit(limit), left: leftOf(limit, action, facts) }));
}

function leftOf({ most, withinMs }: Limit, action: string, facts: Facts): number {
  return Math.max(0, most - beginnings(action, facts).filter((at) => at > +facts.now - withinMs).length);
}

const isCooling = ({ cooldown }: CommonSettings, action: string, facts: Facts) =>
  cooldown > 0 && beginnings(action, facts).some((at) => at > +facts.now - cooldown);

/** One in the future, by a clock that was set back, counts too. */
const beginnings = (name: string, { audit }: Facts): readonly number[] =>
  audit.records
    .filter(({ action, subject }) => action === STEP_STARTED && subject === name)
    .map(({ at }) => Date.parse(at));

/** Evaluations that were cut short: notifications were stored, the state that goes with them was not. */
import type { Value } from '../../conditions/index.js';
import type { AlertEvent, Notification } from '../event.js';
import type { Rule } from '../rule.js';
import type { AlertRecord, AlertState, Told } from './alert-state.js';
import { numberIn } from './compose.js';
import type { Evaluation } from './evaluation.js';
import { isWorse } from './severity.js';
import { newRecord, toInactive } from './step.js';
import { without } from './step-event.js';

/**
 * The state with what stored notifications say and it does not know: whoever gets the message of a firing will get that
 * of its end, also where the end has come in between. Notifications that the state knows change nothing. The state is as
 * seen from `now`; times of a clock that has since stepped back count as now.
 */
export function adoptStored(
  state: AlertState,
  { stored, rules, now }: Pick<Evaluation, 'stored' | 'rules' | 'now'>,
): AlertState {
  if (stored.length === 0) return state;
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const alerts = new Map(state.alerts);
  for (const { channel, event } of [...stored].sort(asTheyHappened)) {
    const known = alerts.get(event.rule);
    // Of somebody else, such as the outbox itself; what a rule brought has a condition, also once the rule is removed.
    if (known === undefined && event.condition === undefined) continue;
    const record = known ?? newRecord(event.rule, state.episodeBase);
    const past = (time: string) => Math.min(Date.parse(time), now.getTime());
    const about = { rule: byName.get(event.rule), at: past(event.at), since: past(event.since) };
    const adopted = ADOPT[event.kind](record, { channel, event, ...about });
    if (adopted !== record) alerts.set(event.rule, adopted);
  }
  return { ...state, alerts };
}

interface Stored extends Notification {
  readonly rule: Rule | undefined;
  readonly at: number;
  readonly since: number;
}
type Adopt = (record: AlertRecord, stored: Stored) => AlertRecord;

const ADOPT: Readonly<Record<AlertEvent['kind'], Adopt>> = {
  firing: adoptFiring,
  resolved: adoptResolved,
  'flapping-started': adoptFlapping,
  'flapping-ended': adoptSettled,
  notice: adoptNotice,
  reminder: adoptReminder,
  escalated: adoptEscalation,
};

const ORDER: readonly AlertEvent['kind'][] = [
  'firing',
  'escalated',
  'reminder',
  'flapping-started',
  'flapping-ended',
  'resolved',
];

function asTheyHappened({ event: one }: Notification, { event: other }: Notification): number {
  if (one.episode !== other.episode) return one.episode - other.episode;
  const isFlapping = one.kind.startsWith('flapping') && other.kind.startsWith('flapping');
  const numbers = isFlapping ? numberIn(one.id) - numberIn(other.id) : 0;
  return numbers || ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind);
}

function adoptFiring(record: AlertRecord, stored: Stored): AlertRecord {
  const { channel, event } = stored;
  const before = toldOf(record, channel);
  if ((before?.episode ?? 0) >= event.episode) return record;
  const told: Told = { ...before, ...heard(stored), firing: true, reminders: undefined };
  if (record.episode >= event.episode) return withTold(record, told);
  return withTold({ ...begunBy(record, stored), phase: 'firing', peak: numbersIn(event.values) }, told);
}

function adoptResolved(record: AlertRecord, { channel, event, at }: Stored): AlertRecord {
  const before = toldOf(record, channel);
  if (!before?.firing || before.episode !== event.episode) return record;
  const told = withTold(record, { ...before, at, firing: undefined });
  return record.phase === 'firing' && record.episode === event.episode ? toInactive(told) : told;
}

function adoptReminder(record: AlertRecord, { channel, event, at }: Stored): AlertRecord {
  const before = toldOf(record, channel);
  const reminders = numberIn(event.id);
  if (!before?.firing || before.episode !== event.episode || reminders <= (before.reminders ?? 0)) return record;
  return withTold(record, { ...before, at, reminders });
}

function adoptEscalation(record: AlertRecord, { channel, event, at }: Stored): AlertRecord {
  const before = toldOf(record, channel);
  if (!before?.firing || before.episode !== event.episode || !isWorse(event.severity, before.severity)) return record;
  return withTold(record, { ...before, at, severity: event.severity });
}

function adoptFlapping(record: AlertRecord, stored: Stored): AlertRecord {
  const { channel, event, at } = stored;
  const number = numberIn(event.id);
  const before = toldOf(record, channel);
  const isNewEpisode = event.episode > record.episode;
  const isNew = isNewEpisode || (event.episode === record.episode && number > (record.flaps ?? 0));
  const isCurrent = event.episode === record.episode && number === record.flaps && record.flapping;
  if (!isNew && (!isCurrent || before?.flapping)) return record;
  const begun = isNewEpisode ? begunBy(record, stored) : record;
  const told: Told = { ...heard(stored), episode: 0, ...before, at, flapping: { episode: event.episode, number } };
  return withTold({ ...begun, flapping: true, flaps: number }, told);
}

function adoptSettled(record: AlertRecord, { channel, event, at }: Stored): AlertRecord {
  const before = toldOf(record, channel);
  const number = numberIn(event.id);
  if (before?.flapping?.episode !== event.episode || before.flapping.number !== number) return record;
  const isCurrent = record.episode === event.episode && record.flaps === number;
  const settled = isCurrent ? { ...record, flapping: undefined } : record;
  return withTold(settled, { ...before, at, flapping: undefined });
}

/** Notices of others, such as a playbook's, have no rule and are none of ours. */
function adoptNotice(record: AlertRecord, stored: Stored): AlertRecord {
  const { channel, event, rule } = stored;
  const isNew = event.episode > record.episode;
  if (rule?.kind !== 'event' || (!isNew && (event.episode < record.episode || !record.owed?.includes(channel)))) {
    return record;
  }
  const counts = numbersIn(event.values);
  const begun: AlertRecord = isNew
    ? { ...begunBy(record, stored), peak: counts, seen: counts, isAdopted: true, owed: [...rule.channels] }
    : record;
  return withTold({ ...begun, owed: without(begun.owed, [channel]) }, { ...toldOf(record, channel), ...heard(stored) });
}

const toldOf = (record: AlertRecord, channel: string) => record.told.find((told) => told.channel === channel);

const withTold = (record: AlertRecord, told: Told): AlertRecord => ({
  ...record,
  told: [...record.told.filter(({ channel }) => channel !== told.channel), told],
});

const heard = ({ channel, at, event: { episode, severity } }: Stored): Told => ({ channel, at, episode, severity });

const begunBy = (record: AlertRecord, { event: { episode }, since }: Stored): AlertRecord => ({
  ...toInactive(record),
  episode,
  firedAt: since,
  flaps: undefined,
});

function numbersIn(values: Readonly<Record<string, Value>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

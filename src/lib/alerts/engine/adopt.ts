/** Evaluations that were cut short: notifications were stored, the state that goes with them was not. */
import type { Value } from '../../conditions/index.js';
import type { AlertEvent, Notification } from '../event.js';
import type { Rule } from '../rule.js';
import type { AlertRecord, AlertState, Told } from './alert-state.js';
import { numberIn } from './compose.js';
import { newRecord, toInactive } from './step.js';

/**
 * The state with what stored notifications say and it does not know: whoever gets the message of a firing will get that
 * of its end, also where the end has come in between. Notifications that the state knows change nothing. To be called
 * with all that are stored and undelivered before each evaluation.
 */
export function adoptStored(state: AlertState, stored: readonly Notification[], rules: readonly Rule[]): AlertState {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const alerts = new Map(state.alerts);
  for (const { channel, event } of [...stored].sort(asTheyHappened)) {
    const record = alerts.get(event.rule) ?? newRecord(event.rule, state.episodeBase);
    const adopted = ADOPT[event.kind](record, { channel, event, rule: byName.get(event.rule) });
    if (adopted !== record) alerts.set(event.rule, adopted);
  }
  return { ...state, alerts };
}

interface Stored extends Notification {
  readonly rule: Rule | undefined;
}
type Adopt = (record: AlertRecord, stored: Stored) => AlertRecord;

const unchanged: Adopt = (record) => record;

const ADOPT: Readonly<Record<AlertEvent['kind'], Adopt>> = {
  firing: adoptFiring,
  resolved: adoptResolved,
  'flapping-started': adoptFlapping,
  'flapping-ended': adoptSettled,
  notice: adoptNotice,
  // The next evaluation says the same again, or that it is over.
  reminder: unchanged,
  escalated: unchanged,
};

const ORDER: readonly AlertEvent['kind'][] = ['firing', 'flapping-started', 'flapping-ended', 'resolved'];

function asTheyHappened({ event: one }: Notification, { event: other }: Notification): number {
  if (one.episode !== other.episode) return one.episode - other.episode;
  const isFlapping = one.kind.startsWith('flapping') && other.kind.startsWith('flapping');
  const numbers = isFlapping ? numberIn(one.id) - numberIn(other.id) : 0;
  return numbers || ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind);
}

function adoptFiring(record: AlertRecord, { channel, event }: Stored): AlertRecord {
  const before = toldOf(record, channel);
  if ((before?.episode ?? 0) >= event.episode) return record;
  const told: Told = { ...before, channel, ...about(event), firing: true };
  if (record.episode >= event.episode) return withTold(record, told);
  return withTold({ ...begunBy(record, event), phase: 'firing', peak: numbersIn(event.values) }, told);
}

function adoptResolved(record: AlertRecord, { channel, event }: Stored): AlertRecord {
  const before = toldOf(record, channel);
  if (!before?.firing || before.episode !== event.episode) return record;
  const told = withTold(record, { ...before, at: Date.parse(event.at), firing: undefined });
  return record.phase === 'firing' && record.episode === event.episode ? toInactive(told) : told;
}

function adoptFlapping(record: AlertRecord, { channel, event }: Stored): AlertRecord {
  const number = numberIn(event.id);
  const isOver = number < (record.flaps ?? 0) || (number === record.flaps && !record.flapping);
  if (event.episode < record.episode || (event.episode === record.episode && isOver)) return record;
  const before = toldOf(record, channel);
  if (event.episode === record.episode && number === record.flaps && before?.flapping) return record;
  const begun = event.episode > record.episode ? begunBy(record, event) : record;
  const stranger = { channel, episode: 0, severity: event.severity };
  const told: Told = { ...stranger, ...before, at: Date.parse(event.at), flapping: true };
  return withTold({ ...begun, flapping: true, flaps: number }, told);
}

function adoptSettled(record: AlertRecord, { channel, event }: Stored): AlertRecord {
  const before = toldOf(record, channel);
  const isOther = event.episode !== record.episode || numberIn(event.id) !== record.flaps;
  if (!before?.flapping || isOther) return record;
  const told: Told = { ...before, at: Date.parse(event.at), flapping: undefined };
  return withTold({ ...record, flapping: undefined }, told);
}

/** Notices of others, such as a playbook's, have no rule and are none of ours. */
function adoptNotice(record: AlertRecord, { channel, event, rule }: Stored): AlertRecord {
  if (rule?.kind !== 'event' || event.episode < record.episode) return record;
  const others = (event.episode > record.episode ? rule.channels : (record.owed ?? [])).filter(
    (name) => name !== channel,
  );
  const isNew = event.episode > record.episode;
  if (!isNew && others.length === (record.owed?.length ?? 0)) return record;
  const owed = others.length === 0 ? undefined : others;
  const begun = isNew ? { ...begunBy(record, event), seen: numbersIn(event.values), isAdopted: true as const } : record;
  return withTold({ ...begun, owed }, { ...toldOf(record, channel), channel, ...about(event) });
}

const toldOf = (record: AlertRecord, channel: string) => record.told.find((told) => told.channel === channel);

const withTold = (record: AlertRecord, told: Told): AlertRecord => ({
  ...record,
  told: [...record.told.filter(({ channel }) => channel !== told.channel), told],
});

const about = ({ at, episode, severity }: AlertEvent) => ({ at: Date.parse(at), episode, severity });

const begunBy = (record: AlertRecord, { episode, since }: AlertEvent): AlertRecord => ({
  ...toInactive(record),
  episode,
  firedAt: Date.parse(since),
  flaps: undefined,
  reminders: undefined,
});

function numbersIn(values: Readonly<Record<string, Value>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/**
 * Who has to be told what. Each channel's knowledge is compared with how things stand, and the difference is the message:
 * whatever kept us from telling it before, nothing is lost and nothing is told twice.
 */
import type { AlertEvent, Notification } from '../event.js';
import type { AlertSeverity, Rule } from '../rule.js';
import type { AlertRecord, Told } from './alert-state.js';
import { composeEvent, type Occasion } from './compose.js';
import type { Evaluation } from './evaluation.js';
import type { Muting } from './mute.js';
import { isWorse, rankOf, worseOf } from './severity.js';
import { without } from './step-event.js';

type Kind = AlertEvent['kind'];

export interface Surroundings {
  readonly evaluation: Evaluation;
  readonly muting: Muting;
  /** Names of the alerts that fire now, worst first. */
  readonly firing: readonly string[];
}

export interface Telling {
  readonly record: AlertRecord;
  readonly notifications: readonly Notification[];
}

/** Tells every channel concerned what it does not know yet. `rule` is undefined for one that was removed. */
export function tell(record: AlertRecord, rule: Rule | undefined, surroundings: Surroundings): Telling {
  const { channels, now } = surroundings.evaluation;
  const severity = severityOf(record, rule, now.getTime());
  const wanted = wantedChannels(record, rule, now.getTime());
  const isMuted = once(() => rule === undefined || surroundings.muting(rule, severity) !== undefined);
  const told: Told[] = [];
  const messages: { readonly channel: string; readonly kind: Kind; readonly told: Told }[] = [];
  for (const before of concerned(record, wanted, severity)) {
    const { channel } = before;
    const isWanted = wanted.includes(channel);
    const update = channels.has(channel)
      ? catchUp(before, { record, rule, severity, now: now.getTime(), mayTell: () => isWanted && !isMuted() })
      : { told: before, kinds: [] };
    told.push(update.told);
    messages.push(...update.kinds.map((kind) => ({ channel, kind, told: before })));
  }
  if (messages.length === 0) return { record, notifications: [] };
  return announce({ ...record, told: told.filter(hasHeard) }, rule, { severity, messages, surroundings });
}

/** The rule's, or that of its escalation once it has fired long enough; of a rule that was removed, the worst told. */
export function severityOf(record: AlertRecord, rule: Rule | undefined, now: number): AlertSeverity {
  if (rule === undefined)
    return record.told.reduce<AlertSeverity>((worst, told) => worseOf(worst, told.severity), 'info');
  return isEscalated(record, rule, now) ? worseOf(rule.severity, rule.escalate?.severity ?? 'info') : rule.severity;
}

const isEscalated = ({ phase, firedAt }: AlertRecord, { escalate }: Rule, now: number): boolean =>
  escalate !== undefined && phase === 'firing' && now - (firedAt ?? now) >= escalate.afterMs;

function wantedChannels(record: AlertRecord, rule: Rule | undefined, now: number): readonly string[] {
  if (rule === undefined) return [];
  return isEscalated(record, rule, now) ? [...rule.channels, ...(rule.escalate?.channels ?? [])] : rule.channels;
}

/** Who has been told anything, and who should be. */
function concerned({ told }: AlertRecord, wanted: readonly string[], severity: AlertSeverity): readonly Told[] {
  const strangers = wanted.filter(
    (name, index) => !told.some(({ channel }) => channel === name) && wanted.indexOf(name) === index,
  );
  return [...told, ...strangers.map((channel): Told => ({ channel, at: 0, episode: 0, severity }))];
}

const hasHeard = ({ at }: Told) => at !== 0;

interface Standing {
  readonly record: AlertRecord;
  readonly rule: Rule | undefined;
  readonly severity: AlertSeverity;
  readonly now: number;
  /** Whether it may hear of something new. Of an end it hears in any case. */
  readonly mayTell: () => boolean;
}

/** What brings a channel up to date, and what it knows then. */
function catchUp(before: Told, standing: Standing): { readonly told: Told; readonly kinds: readonly Kind[] } {
  const { record, now, severity, mayTell } = standing;
  if (record.flapping) {
    if (before.flapping || !mayTell()) return { told: before, kinds: [] };
    const flapping = { episode: record.episode, number: record.flaps ?? 1 };
    return { told: { ...before, at: now, flapping }, kinds: ['flapping-started'] };
  }
  const kinds: Kind[] = [];
  let told = before;
  if (told.flapping) {
    kinds.push('flapping-ended');
    told = { ...told, at: now, flapping: undefined };
  }
  if (told.firing && (record.phase !== 'firing' || told.episode !== record.episode)) {
    kinds.push('resolved');
    told = { ...told, at: now, firing: undefined };
  }
  const news = newsOf(told, standing);
  if (news === undefined || !mayTell()) return { told, kinds };
  if (news === 'notice') return { told: { ...told, at: now, episode: record.episode, severity }, kinds: ['notice'] };
  const worst = told.firing ? worseOf(told.severity, severity) : severity;
  const knows: Told = { ...told, at: now, episode: record.episode, severity: worst, firing: true };
  return { told: { ...knows, reminders: remindersAfter(news, told) }, kinds: [...kinds, news] };
}

function remindersAfter(news: Kind, { reminders = 0 }: Told): number | undefined {
  if (news === 'firing') return undefined;
  return (news === 'reminder' ? reminders + 1 : reminders) || undefined;
}

/** What the channel should hear of how things stand, if anything. */
function newsOf(told: Told, { record, rule, severity, now }: Standing): Kind | undefined {
  const isCool = now - told.at >= (rule?.cooldownMs ?? 0);
  if (rule?.kind === 'event') return record.owed?.includes(told.channel) && isCool ? 'notice' : undefined;
  if (record.phase !== 'firing') return undefined;
  if (!told.firing) return 'firing';
  if (isWorse(severity, told.severity)) return 'escalated';
  return isCool ? 'reminder' : undefined;
}

interface Announcement {
  readonly severity: AlertSeverity;
  readonly messages: readonly { readonly channel: string; readonly kind: Kind; readonly told: Told }[];
  readonly surroundings: Surroundings;
}

/** Composes the events, and notes who is no longer owed one. */
function announce(
  record: AlertRecord,
  rule: Rule | undefined,
  { severity, messages, surroundings }: Announcement,
): Telling {
  const noticed = messages.filter(({ kind }) => kind === 'notice').map(({ channel }) => channel);
  const next: AlertRecord = { ...record, owed: without(record.owed, noticed) };
  const notifications = messages.map(({ channel, kind, told }) => {
    const about = aboutOf(kind, told, { record: next, severity });
    return { channel, event: composeEvent({ kind, severity, ...about, rule, record: next, ...surroundings }) };
  });
  return { record: next, notifications };
}

/** What it is the end of is what the channel was told of, which may be older than what is now. */
function aboutOf(
  kind: Kind,
  told: Told,
  { record, severity }: Pick<Standing, 'record' | 'severity'>,
): Pick<Occasion, 'episode' | 'number'> & Partial<Pick<Occasion, 'severity'>> {
  const { episode } = record;
  if (kind === 'resolved') return { episode: told.episode, severity: told.severity, number: undefined };
  if (kind === 'flapping-ended') return told.flapping ?? { episode, number: record.flaps };
  const numbers: Partial<Record<Kind, number | undefined>> = {
    reminder: (told.reminders ?? 0) + 1,
    escalated: rankOf(severity),
    'flapping-started': record.flaps,
  };
  return { episode, number: numbers[kind] };
}

function once<T>(compute: () => T): () => T {
  let computed: { readonly value: T } | undefined;
  return () => (computed ??= { value: compute() }).value;
}

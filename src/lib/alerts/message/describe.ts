/** A message as headings and facts, for whatever renders it. Every text is one line and cut to length; none is escaped. */
import { environmentOption } from '../../environment-option.js';
import { formatDuration } from '../../measures.js';
import { shellWord } from '../../shell-word.js';
import type { AlertEvent } from '../event.js';
import { type Item, type Message, STATE_LABELS } from './message.js';
import { formatTime, oneLine } from './text.js';

type Fact = readonly [label: string, text: string];

export interface Section {
  /** `CRITICAL`, `RESOLVED (critical)`. */
  readonly label: string;
  readonly rule: string;
  readonly summary: string;
  readonly facts: readonly Fact[];
}

export interface Description {
  readonly sections: readonly Section[];
  /** What has no room, other alerts that fire, and what is to be said of the message itself. */
  readonly notes: readonly string[];
}

const MOST_SECTIONS = 20;
/** Far more than people read. */
const MOST_CHARACTERS = 20_000;

/** The first items in full, the others by the names of their events: whatever arrives can be found by its id. */
export function describeMessage({ items, remarks }: Message, mostCharacters = MOST_CHARACTERS): Description {
  const sections = fitting(items.slice(0, MOST_SECTIONS).map(describeItem), mostCharacters);
  const rest = items.slice(sections.length);
  const more = rest.length === 0 ? [] : [`and ${rest.length} more: ${rest.flatMap(idsOf).join(', ')}`];
  return { sections, notes: [...more, ...alsoFiring(items), ...remarks.map((remark) => oneLine(remark))] };
}

/** As many as have room, and one in any case. */
function fitting(sections: readonly Section[], mostCharacters: number): readonly Section[] {
  let room = mostCharacters;
  const end = sections.findIndex(({ summary, facts }) => {
    room -= summary.length + facts.reduce((sum, [, text]) => sum + text.length, 0);
    return room < 0;
  });
  return end === -1 ? sections : sections.slice(0, Math.max(1, end));
}

const idsOf = ({ events }: Item): readonly string[] => events.map(({ id }) => id);

function alsoFiring(items: readonly Item[]): readonly string[] {
  const told = new Set(items.map(({ latest }) => latest.rule));
  const others = new Set(items.flatMap(({ latest }) => latest.alsoFiring).filter((rule) => !told.has(rule)));
  return others.size === 0 ? [] : [oneLine(`also firing: ${[...others].join(', ')}`, 600)];
}

function describeItem(item: Item): Section {
  const { state, severity, latest } = item;
  const over = STATE_LABELS[state];
  const label = over === undefined ? severity.toUpperCase() : `${over} (${severity})`;
  return { label, rule: oneLine(latest.rule, 100), summary: oneLine(latest.summary, 500), facts: factsOf(item) };
}

function factsOf(item: Item): readonly Fact[] {
  const { latest, state } = item;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [TIME_LABELS[state] ?? 'since', timesOf(item)],
    ['value', figures(latest.values)],
    ['peak', latest.peak && figures(latest.peak)],
    ['condition', latest.condition],
    ['about', latest.description],
    ['runbook', latest.runbook],
    ['silence', SILENCEABLE.includes(state) ? silenceCommand(latest) : undefined],
    ['id', idsOf(item).join(', ')],
  ];
  return facts.flatMap(([label, text]) => (text ? [[label, oneLine(text, label === 'id' ? 1000 : 300)] as const] : []));
}

const TIME_LABELS: Readonly<Partial<Record<Item['state'], string>>> = {
  passed: 'time',
  resolved: 'time',
  notice: 'at',
};
const SILENCEABLE: readonly Item['state'][] = ['firing', 'flapping'];

/** From when to when, or since when; how long so far. */
function timesOf({ state, latest: { since, at } }: Item): string {
  if (state === 'notice') return formatTime(at);
  const lastedMs = Math.max(0, Date.parse(at) - Date.parse(since));
  const lasted = lastedMs < 1000 ? '' : ` (${formatDuration(lastedMs)})`;
  const isOver = state === 'passed' || state === 'resolved';
  return `${formatTime(since)}${isOver ? ` to ${formatTime(at)}` : ''}${lasted}`;
}

function figures(values: AlertEvent['values']): string {
  return Object.entries(values)
    .map(([path, value]) => `${path} = ${figure(value)}`)
    .join(', ');
}

const figure = (value: AlertEvent['values'][string]): string => {
  if (value === null) return 'unknown';
  return String(typeof value === 'number' ? Number(value.toPrecision(5)) : value);
};

/** Where the message is from: elsewhere it would keep another quiet. */
const silenceCommand = ({ rule, environment }: AlertEvent): string =>
  `viktoria-ops alerts silence ${shellWord(rule)} --for 2h${environmentOption({ environment })}`;

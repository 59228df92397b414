/** Incidents as Markdown: tickets, and the post-mortem. Pure. */
import { formatDuration } from '../measures.js';
import type { Incident, TimelineEntry } from './incident.js';

// Control characters, line ends of every kind, and marks that turn the direction of reading.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

const MAX_TITLE = 200;

/** One plain line. */
export function ticketTitle({ id, trigger, environment, host }: Incident): string {
  return `${id}: ${trigger} (${environment}, ${host})`.replace(UNSAFE, ' ').slice(0, MAX_TITLE);
}

export function ticketText(incident: Incident): string {
  const { id, severity, trigger, environment, host, openedAt } = incident;
  const facts = [
    ['incident', id],
    ['severity', severity],
    ['trigger', trigger],
    ['environment', `${environment} on ${host}`],
    ['since', openedAt],
    ...valuesOf(incident).map(([path, value]) => [code(path), value] as const),
  ] as const;
  const shown = `See it with: ${code(`viktoria-ops incidents show ${id}`)}`;
  return [...facts.map(([name, value]) => `- ${name}: ${code(value)}`), '', shown, ''].join('\n');
}

/** What people need for a post-mortem: all that is known, and the questions that only they can answer. */
export function postMortem(incident: Incident): string {
  const { id, openedAt, acknowledgedAt, acknowledgedBy, resolvedAt, resolvedBy, reopened, ticket } = incident;
  const by = (time: string | null, who: string | null) =>
    time === null ? 'not yet' : `${code(time)} by ${code(who ?? '')}`;
  const actions = incident.timeline.filter(({ kind }) => kind === 'step');
  return [
    `# Post-mortem: ${code(id)}`,
    '',
    `- trigger: ${code(incident.trigger)} (${incident.severity})`,
    `- environment: ${code(`${incident.environment} on ${incident.host}`)}`,
    `- ticket: ${ticket === null ? 'none' : code(ticket.url ?? ticket.reference)}`,
    '',
    '## Impact',
    '',
    `- began: ${code(openedAt)}`,
    `- acknowledged: ${by(acknowledgedAt, acknowledgedBy)}${since(openedAt, acknowledgedAt)}`,
    `- resolved: ${by(resolvedAt, resolvedBy)}${since(openedAt, resolvedAt)}`,
    `- came back: ${reopened} times`,
    '- who noticed, and what could they not do?',
    '',
    '## Values',
    '',
    ...listOf(valuesOf(incident).map(([name, value]) => `${code(name)}: ${code(value)}`)),
    '',
    '## Timeline',
    '',
    ...listOf(incident.timeline.map(timelineLine)),
    '',
    '## Actions',
    '',
    ...listOf(actions.map(({ at, text }) => `${code(at)} ${code(text)}`)),
    '',
    ...QUESTIONS,
  ].join('\n');
}

const QUESTIONS = [
  '## Open questions',
  '',
  '- What was the cause?',
  '- How was it found, and what would have found it earlier?',
  '- What went well, and what did not?',
  '- What keeps it from happening again, who does it, and by when?',
  '',
];

const listOf = (lines: readonly string[]) => (lines.length === 0 ? ['none'] : lines.map((line) => `- ${line}`));

const since = (from: string, to: string | null) =>
  to === null ? '' : `, after ${formatDuration(Math.max(0, Date.parse(to) - Date.parse(from)))}`;

function timelineLine({ at, kind, actor, text }: TimelineEntry): string {
  return `${code(at)} ${kind} (${code(actor)}): ${code(text)}`;
}

function valuesOf({ values, peak }: Incident): (readonly [string, string])[] {
  return Object.entries(values).map(([path, value]) => {
    const highest = peak[path];
    const more = highest === undefined || highest === value ? '' : `, at most ${highest}`;
    return [path, `${value ?? 'unknown'}${more}`];
  });
}

/**
 * Text from anywhere, so that no reader of Markdown takes it for more than text: in a code span no link, mention, tag
 * or command of a ticket system means anything.
 */
function code(text: string): string {
  const line = text.replace(UNSAFE, ' ').trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 || line === '' ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

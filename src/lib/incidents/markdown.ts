/** Incidents as Markdown: tickets, and the post-mortem. Pure. */
import { environmentOption } from '../environment-option.js';
import { code, oneLine } from '../markdown.js';
import { formatDuration } from '../measures.js';
import { waitsOf } from './figures.js';
import type { Incident, TimelineEntry } from './incident.js';

const MAX_TITLE = 200;

/** One plain line. */
export function ticketTitle({ id, trigger, environment, host }: Incident): string {
  return oneLine(`${id}: ${trigger} (${environment}, ${host})`).slice(0, MAX_TITLE);
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
  const shown = `See it with: ${code(`viktoria-ops incidents show ${id}${environmentOption(incident)}`)}`;
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
    `- acknowledged: ${by(acknowledgedAt, acknowledgedBy)}${after(acknowledgedAt === null ? undefined : waitsOf(incident).at(-1))}`,
    `- resolved: ${by(resolvedAt, resolvedBy)}${after(resolvedAt === null ? undefined : Date.parse(resolvedAt) - Date.parse(openedAt))}`,
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

const after = (milliseconds: number | undefined) =>
  milliseconds === undefined ? '' : `, after ${formatDuration(Math.max(0, milliseconds))}`;

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

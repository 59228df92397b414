import { defineCommand } from '../../lib/command.js';
import { postMortem, ShowFlags, ShownIncident, showIncident } from '../../lib/incidents/index.js';
import type { Theme } from '../../lib/terminal/theme.js';
import { sampleIncident } from './sample.js';

export default defineCommand({
  operands: [['<id>', 'the incident: its id, the name of its playbook or alert, or latest']],
  options: [
    ['--markdown', 'a post-mortem to fill in; -o plain leaves out the first line'],
    ['--write <file>', 'write the post-mortem to this file'],
  ],
  flags: ShowFlags,
  result: ShownIncident,
  run: showIncident,
  summary: ({ incident: { id, status, severity, trigger }, written }) =>
    `${id} is ${status}, ${severity}: ${trigger}${written === null ? '' : `; post-mortem: ${written}`}`,
  view: (shown, theme) => (shown.markdown ? postMortem(shown.incident) : details(shown, theme)),
  examples: [
    'viktoria-ops incidents show latest',
    'viktoria-ops incidents show application-down-7',
    'viktoria-ops incidents show application-down --write post-mortem.md',
  ],
  sample: { incident: sampleIncident, runs: [], markdown: false, written: null },
});

function details({ incident, runs }: ShownIncident, theme: Theme): string {
  const steps = runs.flatMap(({ id, steps }) =>
    steps.map(({ action, state, check, note }) => [id, action, state, check?.verdict, note]),
  );
  return [
    theme.fields([
      ['since', theme.time(incident.openedAt)],
      ['environment', `${incident.environment} on ${incident.host}`],
      [
        'taken',
        incident.acknowledgedBy === null
          ? null
          : `${theme.time(incident.acknowledgedAt)} by ${incident.acknowledgedBy}`,
      ],
      [
        'resolved',
        incident.resolvedBy === null ? null : `${theme.time(incident.resolvedAt)} by ${incident.resolvedBy}`,
      ],
      ['came back', incident.reopened],
      ['ticket', incident.ticket?.url ?? incident.ticket?.reference],
      ...Object.entries(incident.values).map(([path, value]) => [path, value === null ? null : String(value)] as const),
    ]),
    theme.table(
      ['when', 'what', 'who', 'text'],
      incident.timeline.map(({ at, kind, actor, text }) => [theme.time(at), kind, actor, text]),
    ),
    ...(steps.length === 0 ? [] : [theme.table(['run', 'action', 'state', 'helped', 'note'], steps)]),
  ].join('\n');
}

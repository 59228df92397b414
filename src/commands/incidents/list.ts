import { defineCommand } from '../../lib/command.js';
import { IncidentList, ListFlags, listIncidents } from '../../lib/incidents/index.js';
import { countOf, formatDuration } from '../../lib/measures.js';

export default defineCommand({
  options: [
    ['--since <duration>', 'incidents that began within this time, and those not over (default: 30d)'],
    ['--status <status>', 'only open, acknowledged or resolved'],
    ['--limit <count>', 'at most so many, the newest (default: 50)'],
  ],
  flags: ListFlags,
  result: IncidentList,
  run: listIncidents,
  summary: ({ open, incidents, omitted, figures, pause }) => {
    const parts = [
      open === 0 ? 'nothing is open' : `${countOf(open, 'incident')} not over`,
      `${incidents.length + omitted} in all`,
      ...(figures.mttaMs === null ? [] : [`taken after ${formatDuration(figures.mttaMs)}`]),
      ...(figures.mttrMs === null ? [] : [`resolved after ${formatDuration(figures.mttrMs)} on average`]),
      ...(pause === null ? [] : [`automation paused until ${pause.until}`]),
    ];
    return parts.join(', ');
  },
  view: ({ incidents, omitted, figures, pause }, theme) => {
    const rows = incidents.map((incident) => [
      incident.id,
      incident.status,
      incident.severity,
      theme.time(incident.openedAt),
      theme.duration(incident.durationMs),
      incident.acknowledgedBy,
      incident.ticket,
      incident.trigger,
    ]);
    const head = ['incident', 'status', 'severity', 'since', 'for', 'taken by', 'ticket', 'trigger'];
    return [
      theme.fields([
        ['mean time to acknowledge', `${theme.duration(figures.mttaMs)} (${figures.acknowledged})`],
        ['mean time to resolve', `${theme.duration(figures.mttrMs)} (${figures.resolved})`],
        ...(pause === null ? [] : [['automation', `paused by ${pause.actor}: ${pause.reason}`] as const]),
      ]),
      ...(rows.length === 0 ? [] : [theme.table(head, rows)]),
      ...(omitted === 0 ? [] : [theme.dim(`${omitted} older not shown: --limit ${omitted + incidents.length}`)]),
    ].join('\n');
  },
  spansEnvironments: true,
  examples: [
    'viktoria-ops incidents list',
    'viktoria-ops incidents list --status open',
    'viktoria-ops incidents list --since 90d --json',
  ],
  sample: {
    incidents: [
      {
        id: 'application-down-7',
        status: 'acknowledged',
        severity: 'critical',
        trigger: 'health_check_failed',
        openedAt: '2026-11-23T03:01:00.000Z',
        acknowledgedBy: 'anna',
        resolvedAt: null,
        reopened: 0,
        durationMs: 540_000,
        ticket: 'https://github.com/viktoria/ops/issues/12',
      },
    ],
    omitted: 0,
    open: 1,
    figures: { mttaMs: 120_000, acknowledged: 1, mttrMs: null, resolved: 0 },
    pause: null,
  },
});

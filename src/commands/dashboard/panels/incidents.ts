import { definePanel } from '../../../lib/dashboard/index.js';
import { formatDuration } from '../../../lib/measures.js';
import list from '../../incidents/list.js';

/** Those on record on this host that are not over. */
export const incidents = definePanel({
  id: 'incidents',
  title: 'Incidents',
  source: list,
  given: {},
  more: 'viktoria-ops incidents list',
  everyMs: 5_000,
  lines: ({ incidents: listed, open, figures, pause }, theme) => [
    open === 0 ? 'nothing is open' : `${open} not over`,
    ...(pause === null ? [] : [`automation paused until ${theme.time(pause.until)}`]),
    ...listed
      .filter(({ status }) => status !== 'resolved')
      .map(
        ({ id, severity, durationMs, acknowledgedBy }) =>
          `${severity} ${id} for ${formatDuration(durationMs)}, ${acknowledgedBy === null ? 'nobody has taken it' : `taken by ${acknowledgedBy}`}`,
      ),
    ...(figures.resolved === 0
      ? []
      : [`resolved after ${theme.duration(figures.mttrMs)} on average (${figures.resolved})`]),
  ],
});

import { definePanel } from '../../../lib/dashboard/index.js';
import { formatDuration } from '../../../lib/measures.js';
import health from '../../health.js';
import { troubledFirst } from '../order.js';

/** The guide's SystemOverview, and the checks of `health`. */
export const system = definePanel({
  id: 'system',
  title: 'System',
  source: health,
  given: {},
  more: 'viktoria-ops health',
  everyMs: 0,
  lines: ({ overview, checks }, theme) => [
    overview === null
      ? 'no answer from the application'
      : `${overview.status}, version ${overview.version} (${overview.environment}), up ${formatDuration(overview.uptime * 1000)}, ${theme.count(overview.activeConnections)} connections`,
    ...troubledFirst(checks.filter(({ name }) => overview === null || name !== 'application')).map(
      ({ name, status, message }) => `${theme.status(status)} ${name}: ${message}`,
    ),
  ],
});

import { formatDuration } from '../../measures.js';
import { commands, table, text } from '../block.js';
import type { Section } from '../section.js';

/** What each tier does. When it runs, cron or systemd know. */
export const schedule: Section = {
  id: 'schedule',
  title: 'Scheduled maintenance',
  write: async ({ config, schedule: tiers, command }) => {
    const rows = tiers.map(({ tier, steps }) => [
      tier,
      steps.map(({ id, changes }) => (changes ? `${id} (changes)` : id)).join(', '),
    ]);
    const windows = config.alerting.maintenanceWindows.map(({ name, days, start, duration, timeZone, rule }) => [
      name,
      days.join(', '),
      `${start} for ${formatDuration(duration)}, ${timeZone}`,
      rule,
    ]);
    return [
      text('See when each ran last, and how it ended:'),
      commands(command('maintenance history'), ...tiers.map(({ tier }) => command(`maintenance ${tier} --dry-run`))),
      table(['tier', 'steps'], rows, ''),
      ...(windows.length === 0 ? [] : [table(['quiet window', 'days', 'when', 'rules'], windows, '')]),
    ];
  },
};

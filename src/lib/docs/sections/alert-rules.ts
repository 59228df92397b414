import { listAlerts } from '../../alerts/index.js';
import { formatDuration } from '../../measures.js';
import { commands, table, text } from '../block.js';
import type { Section } from '../section.js';

/** The rules in force, default ones and own. */
export const alertRules: Section = {
  id: 'alert-rules',
  title: 'Alert rules',
  write: async ({ context, command }) => {
    const { result } = await listAlerts(context);
    const rows = result.map(({ name, severity, condition, forMs, channels, description, runbook }) => [
      name,
      severity,
      forMs === 0 ? condition : `${condition}, for ${formatDuration(forMs)}`,
      channels.join(', ') || 'nobody',
      runbook ?? description ?? '–',
    ]);
    return [
      text('See what fires, and keep a rule quiet while you work on it:'),
      commands(command('alerts check --dry-run'), command('alerts silence <rule> --for 2h --comment <why>')),
      table(['rule', 'severity', 'fires while', 'told to', 'what to do'], rows, 'There are no rules.'),
    ];
  },
};

import { commands, table, text } from '../block.js';
import type { Section } from '../section.js';

/** What sets off which actions, and how to take an incident. */
export const playbooks: Section = {
  id: 'playbooks',
  title: 'Incidents and playbooks',
  write: async ({ config, command }) => {
    const rows = (config.incidents ?? []).map(({ name, severity, triggers, actions }) => [
      name,
      severity,
      triggers.join('; '),
      actions.map((given) => describeAction(given, config.automation.actions)).join(', '),
    ]);
    return [
      text('See what is open, take it, so that nobody else does, and say when it is over:'),
      commands(
        command('incidents list'),
        command('incidents show <incident>'),
        command('incidents ack <incident>'),
        command('incidents resolve <incident>'),
      ),
      table(
        ['playbook', 'severity', 'set off by', 'does, in this order'],
        rows,
        'No playbook is configured: nothing is done by itself.',
      ),
      ...(rows.length === 0
        ? []
        : [
            text('By hand, with everything shown before it is done; and the switch that stops the automation:'),
            commands(command('incidents run <playbook> --dry-run'), command('incidents automation pause --for 1h')),
          ]),
    ];
  },
};

type Given = string | { readonly action: string; readonly mode: string };

function describeAction(given: Given, settings: Readonly<Record<string, { readonly mode: string }>>): string {
  const { action, mode } =
    typeof given === 'string' ? { action: given, mode: settings[given]?.mode ?? 'suggest' } : given;
  return `${action} (${mode})`;
}

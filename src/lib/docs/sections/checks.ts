import { listIntegrity } from '../../integrity/index.js';
import { commands, table, text } from '../block.js';
import type { Section } from '../section.js';

/** What must hold in the data, and what users do. */
export const checks: Section = {
  id: 'checks',
  title: 'Rules of the data',
  write: async ({ context, command }) => {
    const { result } = await listIntegrity(context);
    const rows = result.entries.map(({ name, kind, description, owner }) => [
      name,
      kind,
      description ?? '–',
      owner ?? '–',
    ]);
    return [
      text('Whether they hold now:'),
      commands(command('integrity check')),
      table(['rule', 'kind', 'what holds', 'owner'], rows, 'No rule is configured.'),
    ];
  },
};

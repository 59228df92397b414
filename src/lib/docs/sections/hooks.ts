import { commands, table, text } from '../block.js';
import type { Section } from '../section.js';

/** The hooks that ran in the last seven days; how fast changes by the hour and is no matter of a handbook. */
export const hooks: Section = {
  id: 'hooks',
  title: 'Lifecycle hooks',
  write: async ({ context, command }) => {
    const { hooks: found } = await context.api('weekly');
    const rows = found.map(({ contentType, operation, source }) => [contentType, operation, source ?? 'model']);
    return [
      text('How they perform, and what fails:'),
      commands(command('performance summary'), command('errors recent')),
      table(
        ['content type', 'hook', 'from'],
        rows.toSorted((one, other) => (one.join('\0') < other.join('\0') ? -1 : 1)),
        'No hook ran in the last seven days.',
      ),
    ];
  },
};

import { formatValue, KPIS } from '../../kpi/index.js';
import { commands, table, text } from '../block.js';
import type { Section } from '../section.js';

/** What is promised. */
export const kpis: Section = {
  id: 'kpis',
  title: 'Targets',
  write: async ({ config, command }) => [
    text('How they are met now:'),
    commands(command('kpi')),
    table(
      ['KPI', 'target', 'when it is missed'],
      KPIS.map((kpi) => [
        kpi.title,
        `${kpi.good === 'atLeast' ? '≥' : '≤'} ${formatValue(config.kpis[kpi.id].target, kpi)}`,
        kpi.hint,
      ]),
      '',
    ),
  ],
};

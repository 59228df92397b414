/** `capacity …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const capacity: readonly CommandEntry[] = [
  {
    path: 'capacity record',
    summary: 'keep a sample of what can run out: disks, database, connections, sequences',
    load: () => import('./record.js'),
  },
  {
    path: 'capacity report',
    summary: 'figures, changes and forecasts of a period; as a page with --report',
    load: () => import('./report.js'),
  },
  {
    path: 'capacity predict',
    summary: 'when what will be full, between when and when',
    load: () => import('./predict.js'),
  },
  { path: 'capacity trends', summary: 'how fast what grows', load: () => import('./trends.js') },
];

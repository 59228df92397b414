/** `logs …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const logs: readonly CommandEntry[] = [
  {
    path: 'logs rotate',
    summary: 'rotate, compress and delete log files without losing a line',
    load: () => import('./rotate.js'),
  },
  {
    path: 'logs analyze',
    summary: 'what the logs say: messages, hooks, routes, hours',
    load: () => import('./analyze.js'),
  },
  {
    path: 'logs tail',
    summary: 'follow the logs over rotations, filtered and coloured',
    load: () => import('./tail.js'),
  },
];

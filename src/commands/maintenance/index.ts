/** `maintenance …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const maintenance: readonly CommandEntry[] = [
  { path: 'maintenance daily', summary: 'every daily task as one run', load: () => import('./daily.js') },
  {
    path: 'maintenance weekly',
    summary: 'vacuum, indexes, a security review, backups proven by a restore',
    load: () => import('./weekly.js'),
  },
  {
    path: 'maintenance monthly',
    summary: 'everything backed up, then rebuilt where it pays',
    load: () => import('./monthly.js'),
  },
  { path: 'maintenance list', summary: 'the tiers and their steps', load: () => import('./list.js') },
  {
    path: 'maintenance history',
    summary: 'past runs: did it run at all, and how did it end?',
    load: () => import('./history.js'),
  },
];

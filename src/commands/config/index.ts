/** `config …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const config: readonly CommandEntry[] = [
  {
    path: 'config validate',
    summary: "check the configuration, ours and the backend's: does it parse, is it safe?",
    load: () => import('./validate.js'),
  },
  { path: 'config show', summary: 'the values in force, and where each comes from', load: () => import('./show.js') },
  { path: 'config backup', summary: 'keep a snapshot of the configuration', load: () => import('./backup.js') },
  {
    path: 'config diff',
    summary: 'what differs between snapshots, environments, directories and now',
    load: () => import('./diff.js'),
  },
  {
    path: 'config audit',
    summary: 'what changed in the configuration, when, and by whom; drift between environments',
    load: () => import('./audit.js'),
  },
  {
    path: 'config restore',
    summary: 'put the files of a snapshot back, after a snapshot of what is there',
    load: () => import('./restore.js'),
  },
];

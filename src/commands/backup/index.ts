/** `backup …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const backup: readonly CommandEntry[] = [
  { path: 'backup verify', summary: 'prove backups, by restoring them', load: () => import('./verify.js') },
  { path: 'backup files', summary: "archive the backend's files", load: () => import('./files.js') },
  { path: 'backup restore', summary: 'get files of a backup into a directory', load: () => import('./restore.js') },
  {
    path: 'backup list',
    summary: 'every backup: age, size and its trend, how far it is proven',
    load: () => import('./list.js'),
  },
  {
    path: 'backup prune',
    summary: 'remove what the retention does not keep; never the last good ones',
    load: () => import('./prune.js'),
  },
  { path: 'backup pin', summary: 'keep a backup, whatever the retention says', load: () => import('./pin.js') },
  { path: 'backup unpin', summary: 'leave a pinned backup to the retention again', load: () => import('./unpin.js') },
  { path: 'backup push', summary: 'send good backups to the bucket elsewhere', load: () => import('./push.js') },
];

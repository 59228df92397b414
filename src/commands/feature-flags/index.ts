/** `feature-flags …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const featureFlags: readonly CommandEntry[] = [
  {
    path: 'feature-flags list',
    summary: 'the flags: what each says now, its owner and its end',
    isDefault: true,
    load: () => import('./list.js'),
  },
  {
    path: 'feature-flags usage',
    alias: 'usage-summary',
    summary: 'how often each is asked for, and what is stale',
    load: () => import('./usage.js'),
  },
  {
    path: 'feature-flags report',
    alias: 'weekly-report',
    summary: 'use, source, changes and their effects; to a file with --report',
    load: () => import('./report.js'),
  },
];

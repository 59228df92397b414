/** `deps …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const deps: readonly CommandEntry[] = [
  {
    path: 'deps audit',
    summary: "known flaws of the backend's packages",
    isDefault: true,
    load: () => import('./audit.js'),
  },
  { path: 'deps outdated', summary: 'which packages have newer versions', load: () => import('./outdated.js') },
  {
    path: 'deps fix',
    summary: 'mend known flaws: on a branch, tested, kept only when all is well',
    load: () => import('./fix.js'),
  },
];

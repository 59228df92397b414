/** `performance …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const performance: readonly CommandEntry[] = [
  {
    path: 'performance summary',
    summary: 'hook performance against its targets',
    isDefault: true,
    load: () => import('./summary.js'),
  },
  { path: 'performance daily', summary: 'the hooks of the last 24 h, hour by hour', load: () => import('./daily.js') },
  {
    path: 'performance weekly',
    summary: 'the hooks of the last 7 days, day by day',
    load: () => import('./weekly.js'),
  },
  {
    path: 'performance trends',
    summary: 'which hooks became slower or faster in a week, since when',
    load: () => import('./trends.js'),
  },
  {
    path: 'performance bottlenecks',
    summary: "where the hooks' time goes, why, and what helps",
    load: () => import('./bottlenecks.js'),
  },
  {
    path: 'performance optimize',
    summary: 'hooks, database and memory: what to improve; --apply does what is safe',
    load: () => import('./optimize.js'),
  },
  {
    path: 'performance baseline save',
    summary: 'keep the last week as the known normal',
    load: () => import('./baseline/save.js'),
  },
  {
    path: 'performance baseline compare',
    summary: 'which hooks became slower or faster than the known normal',
    load: () => import('./baseline/compare.js'),
  },
  {
    path: 'performance load-test',
    summary: 'load on an environment that is not production; what it bears',
    load: () => import('./load-test.js'),
  },
];

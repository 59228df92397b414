/** `alerts …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const alerts: readonly CommandEntry[] = [
  {
    path: 'alerts check',
    summary: 'evaluate every rule once, and tell who has to know',
    isDefault: true,
    load: () => import('./check.js'),
  },
  { path: 'alerts watch', summary: 'the same again and again, as a service', load: () => import('./watch.js') },
  {
    path: 'alerts list',
    summary: 'the rules in force: condition, channels, and where each comes from',
    load: () => import('./list.js'),
  },
  {
    path: 'alerts history',
    summary: 'what began and ceased to fire, and what kept it quiet',
    load: () => import('./history.js'),
  },
  {
    path: 'alerts silence',
    summary: 'keep alerts quiet for a time; they are evaluated all the same',
    load: () => import('./silence.js'),
  },
  { path: 'alerts silences', summary: 'what is silenced, by whom, until when', load: () => import('./silences.js') },
  {
    path: 'alerts unsilence',
    summary: 'end a silence now: what still fires is told next',
    load: () => import('./unsilence.js'),
  },
  { path: 'alerts slo', summary: 'uptime, error budget, and how fast it is spent', load: () => import('./slo.js') },
  {
    path: 'alerts test',
    summary: 'unit tests of rules: figures in, what fires and who is told out',
    load: () => import('./test.js'),
  },
  {
    path: 'alerts test-channel',
    summary: 'send a test message, and see what the receiver says',
    load: () => import('./test-channel.js'),
  },
  {
    path: 'alerts redeliver',
    summary: 'tell a channel what it would not take, once it is in order again',
    load: () => import('./redeliver.js'),
  },
  { path: 'alerts export', summary: 'the rules as a rule file of Prometheus', load: () => import('./export.js') },
  {
    path: 'alerts lint',
    summary: 'rules that are valid and yet wrong: never fire, never end, unheard',
    load: () => import('./lint.js'),
  },
];

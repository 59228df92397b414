/** `incidents …`: one line a command. */
import type { CommandEntry } from '../../lib/command.js';

export const incidents: readonly CommandEntry[] = [
  {
    path: 'incidents list',
    summary: 'what is open, what was, and how quickly it was ended',
    load: () => import('./list.js'),
  },
  {
    path: 'incidents show',
    summary: 'one incident: timeline, values, actions; as a post-mortem',
    load: () => import('./show.js'),
  },
  { path: 'incidents run', summary: 'run a playbook, or approve the steps that wait', load: () => import('./run.js') },
  { path: 'incidents ack', summary: 'take an incident', load: () => import('./ack.js') },
  { path: 'incidents resolve', summary: 'end an incident', load: () => import('./resolve.js') },
  {
    path: 'incidents automation pause',
    summary: 'no playbook begins a step for a while',
    load: () => import('./automation/pause.js'),
  },
  { path: 'incidents automation resume', summary: 'playbooks act again', load: () => import('./automation/resume.js') },
  {
    path: 'incidents audit',
    summary: 'who did what; --verify finds what was tampered with',
    load: () => import('./audit.js'),
  },
];

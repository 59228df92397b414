/** Playbooks for incidents. */
import { fill } from '../fill.js';
import type { Template } from '../template.js';

export const playbooks: Template = {
  name: 'playbooks',
  summary: "the guide's playbooks for incidents, with limits",
  check: 'viktoria-ops config validate --config monitoringrc.yaml',
  next: [
    'copy what you need into your configuration, and name the service to restart',
    'see what would happen: viktoria-ops incidents run application-down --dry-run',
  ],
  files: async () => [
    {
      path: 'monitoringrc.yaml',
      belongs: 'your configuration',
      text: await fill('playbooks/monitoringrc.yaml'),
    },
  ],
};

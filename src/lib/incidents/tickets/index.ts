/** Where tickets can be made. */
import * as z from 'zod';
import { GitHub, gitHubIssues } from './github.js';
import { GitLab, gitLabIssues } from './gitlab.js';
import { Jira, jiraIssues } from './jira.js';
import type { TicketSystem } from './ticket-system.js';
import { Webhook, webhookTickets } from './webhook.js';

export const Target = z.lazy(() => z.union([z.literal('own'), GitHub, GitLab, Jira, Webhook]).default('own'));
type Target = z.output<typeof Target>;

export function ticketSystemOf(target: Target): TicketSystem {
  if (target === 'own') return OWN;
  if ('github' in target) return gitHubIssues(target);
  if ('gitlab' in target) return gitLabIssues(target);
  return 'jira' in target ? jiraIssues(target) : webhookTickets(target);
}

/** The record of the incident is the ticket. */
const OWN: TicketSystem = {
  describe: () => 'the record of the incident is the ticket',
  create: async ({ id }) => ({ system: 'own', reference: id }),
};

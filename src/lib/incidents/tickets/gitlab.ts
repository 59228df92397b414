/** Issues of GitLab, also of one's own server. https://docs.gitlab.com/api/issues/#create-an-issue */
import * as z from 'zod';
import { HttpUrl, SecretText } from '../../config/text.js';
import { ticketText, ticketTitle } from '../markdown.js';
import { postTicket, type TicketSystem } from './ticket-system.js';

export const GitLab = z.lazy(() =>
  z.strictObject({
    gitlab: z.strictObject({
      /** Its number, or `group/name`. */
      project: z.union([z.string().min(1), z.number().int()]),
      token: SecretText,
      url: HttpUrl.default('https://gitlab.com'),
      labels: z.array(z.string().min(1)).default([]),
    }),
  }),
);

const Answer = z.object({ iid: z.number(), web_url: z.string() });

export function gitLabIssues({ gitlab }: z.output<typeof GitLab>): TicketSystem {
  const { project, token, labels } = gitlab;
  const url = `${gitlab.url.replace(/\/+$/, '')}/api/v4/projects/${encodeURIComponent(project)}/issues`;
  return {
    describe: () => `POST ${url}`,
    async create(incident, limits) {
      const headers = { 'private-token': token.reveal() };
      const body = { title: ticketTitle(incident), description: ticketText(incident), labels: labels.join(',') };
      const { iid, web_url } = await postTicket({ system: 'GitLab', url, headers, body, answer: Answer }, limits);
      return { system: 'gitlab', reference: `${project}#${iid}`, url: web_url };
    },
  };
}

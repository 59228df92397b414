/** Issues of GitHub, also of one's own server. https://docs.github.com/rest/issues/issues#create-an-issue */
import * as z from 'zod';
import { HttpUrl, SecretText } from '../../config/text.js';
import { ticketText, ticketTitle } from '../markdown.js';
import { postTicket, type TicketSystem } from './ticket-system.js';

export const GitHub = z.lazy(() =>
  z.strictObject({
    github: z.strictObject({
      /** `owner/name`. */
      repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'),
      token: SecretText,
      url: HttpUrl.default('https://api.github.com'),
      labels: z.array(z.string().min(1)).default([]),
    }),
  }),
);

const Answer = z.object({ number: z.number(), html_url: z.string() });

export function gitHubIssues({ github }: z.output<typeof GitHub>): TicketSystem {
  const { repository, token, labels } = github;
  const url = `${github.url.replace(/\/+$/, '')}/repos/${repository}/issues`;
  return {
    describe: () => `POST ${url}`,
    async create(incident, limits) {
      const headers = {
        authorization: `Bearer ${token.reveal()}`,
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
      };
      const body = { title: ticketTitle(incident), body: ticketText(incident), labels };
      const { number, html_url } = await postTicket({ system: 'GitHub', url, headers, body, answer: Answer }, limits);
      return { system: 'github', reference: `${repository}#${number}`, url: html_url };
    },
  };
}

/** Issues of Jira, in the cloud or on one's own server. https://developer.atlassian.com/server/jira/platform/rest/ */
import * as z from 'zod';
import { HttpUrl, SecretText } from '../../config/text.js';
import { ticketText, ticketTitle } from '../markdown.js';
import { postTicket, type TicketSystem } from './ticket-system.js';

export const Jira = z.lazy(() =>
  z.strictObject({
    jira: z.strictObject({
      url: HttpUrl,
      /** Its key, such as `OPS`. */
      project: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'expected the key of a project, such as OPS'),
      issueType: z.string().min(1).default('Bug'),
      /** Of the account in the cloud; without one the token is a personal one of a server. */
      email: z.string().min(1).optional(),
      token: SecretText,
    }),
  }),
);

const Answer = z.object({ key: z.string() });

export function jiraIssues({ jira }: z.output<typeof Jira>): TicketSystem {
  const { project, issueType, email, token } = jira;
  const base = jira.url.replace(/\/+$/, '');
  // Version 2 takes a text; 3 wants a document tree.
  const url = `${base}/rest/api/2/issue`;
  return {
    describe: () => `POST ${url} (project ${project})`,
    async create(incident, limits) {
      const basic = () => Buffer.from(`${email}:${token.reveal()}`).toString('base64');
      const headers = { authorization: email === undefined ? `Bearer ${token.reveal()}` : `Basic ${basic()}` };
      const description = `{noformat}${ticketText(incident).replaceAll('{noformat}', '{ noformat }')}{noformat}`;
      const fields = {
        project: { key: project },
        issuetype: { name: issueType },
        summary: ticketTitle(incident),
        description,
      };
      const { key } = await postTicket({ system: 'Jira', url, headers, body: { fields }, answer: Answer }, limits);
      return { system: 'jira', reference: key, url: `${base}/browse/${key}` };
    },
  };
}

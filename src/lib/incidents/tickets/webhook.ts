/** Any other system: an address that takes JSON. */
import * as z from 'zod';
import { SecretHttpUrl, SecretText } from '../../config/text.js';
import { ticketText, ticketTitle } from '../markdown.js';
import { postTicket, type TicketSystem } from './ticket-system.js';

export const Webhook = z.lazy(() =>
  z.strictObject({
    webhook: z.strictObject({
      url: SecretHttpUrl,
      /** Sent as `Authorization: Bearer …`. */
      token: SecretText.optional(),
    }),
  }),
);

/** What it may answer. */
const Answer = z.object({ reference: z.coerce.string().optional(), url: z.string().optional() });

export function webhookTickets({ webhook }: z.output<typeof Webhook>): TicketSystem {
  const url = webhook.url.reveal();
  return {
    describe: () => `POST ${new URL(url).origin}/…`,
    async create(incident, limits) {
      const { id, key, severity, trigger, environment, host, openedAt, values } = incident;
      const about = { id, key, severity, trigger, environment, host, openedAt, values };
      const body = { title: ticketTitle(incident), text: ticketText(incident), incident: about };
      const headers: Record<string, string> = {};
      if (webhook.token !== undefined) headers.authorization = `Bearer ${webhook.token.reveal()}`;
      const made = await postTicket({ system: 'the ticket webhook', url, headers, body, answer: Answer }, limits);
      return {
        system: 'webhook',
        reference: made.reference ?? id,
        ...(made.url === undefined ? {} : { url: made.url }),
      };
    },
  };
}

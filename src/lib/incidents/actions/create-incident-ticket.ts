/** Opens a ticket: in the incident store of this tool, or where the team keeps its tickets. */
import * as z from 'zod';
import { Target, ticketSystemOf } from '../tickets/index.js';
import { type Action, commonSettings } from './action.js';

const settings = z.lazy(() =>
  z
    .strictObject({
      ...commonSettings({ timeout: '30s', maxPerHour: 20 }),
      /** `own` (the default): the record of the incident is the ticket; or `github`, `gitlab`, `jira`, `webhook`. */
      target: Target,
    })
    .prefault({}),
);
type Settings = z.output<typeof settings>;

export const createIncidentTicket: Action<Settings> = {
  name: 'create_incident_ticket',
  class: 'read-only',
  // Where the answer was lost there may be a ticket already.
  isRepeatable: false,
  settings,
  async prepare({ context, settings, incident }) {
    if (incident.ticket !== null) {
      const outcome = `there is one already: ${incident.ticket.reference}`;
      return { doing: [outcome], apply: async () => ({ outcome }) };
    }
    const system = ticketSystemOf(settings.target);
    return {
      doing: [system.describe()],
      async apply() {
        const ticket = await system.create(incident, { signal: context.signal, timeoutMs: settings.timeout });
        return { outcome: `ticket ${ticket.reference}${ticket.url === undefined ? '' : ` (${ticket.url})`}`, ticket };
      },
    };
  },
};

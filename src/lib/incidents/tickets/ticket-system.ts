/** Where tickets are kept, and how one is made there. */
import type * as z from 'zod';
import { OperatorError } from '../../errors.js';
import type { Incident, Ticket } from '../incident.js';

export interface TicketSystem {
  /** The request in words, without its secret. */
  readonly describe: () => string;
  /** Errors: `VOPS-REMOTE-…`; those of the HTTP client. */
  readonly create: (incident: Incident, limits: Limits) => Promise<Ticket>;
}

export interface Limits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface TicketRequest<Answer> {
  /** As in messages: `GitHub`. */
  readonly system: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What a good answer holds. */
  readonly answer: z.ZodType<Answer>;
}

/** Sends it once: an answer that was lost may have left a ticket behind. */
export async function postTicket<Answer>(
  { system, url, headers, body, answer }: TicketRequest<Answer>,
  limits: Limits,
): Promise<Answer> {
  const json = { 'content-type': 'application/json', accept: 'application/json' };
  const sent = {
    method: 'POST',
    url,
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
    ...limits,
  } as const;
  const { request } = await import('../../api/http.js');
  const { status, body: received } = await request(sent);
  if (status === 401 || status === 403) {
    throw new OperatorError('VOPS-REMOTE-DENIED', `${system} refused us (${status})`, {
      hint: 'check the token and what it may do: automation.actions.create_incident_ticket.target',
    });
  }
  if (status < 200 || status > 299) {
    throw new OperatorError('VOPS-REMOTE-FAILED', `${system} answered ${status}: no ticket was made`, {
      hint: 'check automation.actions.create_incident_ticket.target, and the address and project it names',
    });
  }
  const parsed = answer.safeParse(parseJson(received.toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new OperatorError(
    'VOPS-REMOTE-FAILED',
    `${system} took the ticket (${status}), and did not say under which name`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

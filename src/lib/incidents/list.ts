/** `incidents list`: what is open, what was, and how quickly it was ended. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { environmentOption } from '../environment-option.js';
import { formatDuration } from '../measures.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { Pause, readPause } from './automation.js';
import { figuresOf } from './figures.js';
import { INCIDENT_STATUSES, Incident } from './incident.js';
import { readIncidents } from './store.js';

export const ListFlags = z.object({
  since: Duration.prefault('30d'),
  status: z.enum(INCIDENT_STATUSES).optional(),
  limit: z.coerce.number().int().min(1).max(100_000).default(50),
});
export type ListFlags = z.output<typeof ListFlags>;

const Listed = Incident.pick({
  id: true,
  status: true,
  severity: true,
  trigger: true,
  openedAt: true,
  acknowledgedBy: true,
  resolvedAt: true,
  reopened: true,
}).extend({ durationMs: z.number(), ticket: z.string().nullable() });

export const IncidentList = z.strictObject({
  /** Newest first. */
  incidents: z.array(Listed),
  /** Of the period that are not shown. */
  omitted: z.number(),
  open: z.number(),
  figures: z.strictObject({
    mttaMs: z.number().nullable(),
    acknowledged: z.number(),
    mttrMs: z.number().nullable(),
    resolved: z.number(),
  }),
  /** Null while the automation may act. */
  pause: Pause.nullable(),
});
export type IncidentList = z.output<typeof IncidentList>;

/** The incidents that began in the period, or are not over. Errors: `VOPS-FILE`. */
export async function listIncidents(
  context: Pick<Context, 'config' | 'now'>,
  { since, status, limit }: ListFlags,
): Promise<Outcome<IncidentList>> {
  const { stateDirectory } = await context.config();
  const now = context.now();
  const { incidents, unreadable } = await readIncidents(stateDirectory);
  const isRecent = ({ openedAt }: Incident) => Date.parse(openedAt) >= +now - since;
  const chosen = incidents.filter((incident) => isRecent(incident) || incident.status !== 'resolved');
  const wanted = chosen.filter((incident) => status === undefined || incident.status === status);
  const open = chosen.filter((incident) => incident.status !== 'resolved');
  const result: IncidentList = {
    incidents: wanted.slice(0, limit).map((incident) => listed(incident, now)),
    omitted: Math.max(0, wanted.length - limit),
    open: open.length,
    figures: figuresOf(chosen),
    pause: await readPause(stateDirectory, now),
  };
  return conclude(result, [...unattended(open, now), ...unreadable.map(unreadableRecord)]);
}

function listed(incident: Incident, now: Date): IncidentList['incidents'][number] {
  const { id, status, severity, trigger, openedAt, acknowledgedBy, resolvedAt, reopened, ticket } = incident;
  const durationMs = Math.max(0, (resolvedAt === null ? +now : Date.parse(resolvedAt)) - Date.parse(openedAt));
  const about = { id, status, severity, trigger, openedAt, acknowledgedBy, resolvedAt, reopened };
  return { ...about, durationMs, ticket: ticket === null ? null : (ticket.url ?? ticket.reference) };
}

function unattended(open: readonly Incident[], now: Date): Finding[] {
  return open
    .filter(({ status }) => status === 'open')
    .map(({ id, severity, openedAt, environment }) => ({
      code: 'VOPS-INCIDENTS-OPEN',
      severity: severity === 'critical' ? 'error' : 'warning',
      message: `${id} is open since ${formatDuration(Math.max(0, +now - Date.parse(openedAt)))}, and nobody has taken it`,
      hint: ['show', 'ack']
        .map((verb) => `viktoria-ops incidents ${verb} ${id}${environmentOption({ environment })}`)
        .join('; take it with: '),
    }));
}

const unreadableRecord = (path: string): Finding => ({
  code: 'VOPS-INCIDENTS-RECORD',
  severity: 'warning',
  message: `the record ${path} cannot be read and was left out`,
  hint: 'remove it when it is of no use to you',
});

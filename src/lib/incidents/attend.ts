/** `incidents ack` and `incidents resolve`: a person takes an incident, or ends it. */
import * as z from 'zod';
import { appendAudit, personActing } from '../audit/index.js';
import type { Context } from '../context.js';
import { conclude, type Outcome } from '../status.js';
import { end } from './apply-changes.js';
import { acknowledge, Incident } from './incident.js';
import { selectIncident } from './select.js';
import { changeIncident } from './store.js';

export const AttendFlags = z.object({
  id: z.string().min(1),
  note: z.string().min(1).max(2_000).optional(),
});
export type AttendFlags = z.output<typeof AttendFlags>;

export const Attended = z.strictObject({
  incident: Incident,
  /** False for a plan, and where there was nothing to change. */
  applied: z.boolean(),
});
export type Attended = z.output<typeof Attended>;

/** Finds the incident. Errors: `VOPS-USAGE`. */
export async function planAttending(
  { config }: Pick<Context, 'config'>,
  { id }: AttendFlags,
): Promise<Outcome<Attended>> {
  return conclude({ incident: await selectIncident((await config()).stateDirectory, id), applied: false });
}

/** From now on a person is at it: what changes something waits for their approval. Errors: `VOPS-FILE…`. */
export async function applyAck(
  context: Context,
  { result }: Outcome<Attended>,
  { note }: AttendFlags,
): Promise<Outcome<Attended>> {
  const actor = personActing(context);
  let applied = false;
  const incident = await changeIncident(context, result.incident.id, (current) => {
    if (current.status !== 'open') return current;
    applied = true;
    return acknowledge(current, { at: context.now(), actor, text: note ?? 'acknowledged' });
  });
  const outcome = note ?? 'acknowledged';
  if (applied) await appendAudit(context, { actor, action: 'incident.acknowledged', subject: incident.id, outcome });
  return conclude({ incident, applied });
}

/** Stays so, though its trigger may hold, until that has ended once. Errors: `VOPS-FILE…`. */
export async function applyResolve(
  context: Context,
  { result }: Outcome<Attended>,
  { note }: AttendFlags,
): Promise<Outcome<Attended>> {
  if (result.incident.status === 'resolved') return conclude({ incident: result.incident, applied: false });
  const ending = { at: context.now(), actor: personActing(context), text: note ?? 'resolved by hand', awaitsEnd: true };
  const { incident, isOurs } = await end(context, result.incident, ending);
  return conclude({ incident, applied: isOurs });
}

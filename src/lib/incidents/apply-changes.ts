/** Carries out what an evaluation means for the records of incidents. */
import { hostname } from 'node:os';
import { appendAudit } from '../audit/index.js';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { closeRuns } from './close-runs.js';
import { type Incident, openIncident, peakOf, reopen, resolve } from './incident.js';
import type { Change, Opened } from './plan-response.js';
import { addIncident, changeIncident, latestIncidents } from './store.js';

const ACTOR = 'automation';

/** Returns the incident as it is then. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`. */
export async function applyChange(context: Context, change: Change): Promise<Incident> {
  const at = context.now();
  if (change.kind === 'open') return openFor(context, change.about, ACTOR);
  const { incident } = change;
  if (change.kind === 'observe') {
    return changeIncident(context, incident.id, (current) => observed(current, change.values));
  }
  if (change.kind === 'forget')
    return changeIncident(context, incident.id, (current) => ({ ...current, awaitsEnd: false }));
  if (change.kind === 'reopen') return reopenFor(context, change);
  const ending = { at, actor: ACTOR, text: 'no trigger holds any more', awaitsEnd: false };
  return (await end(context, incident, ending)).incident;
}

/** A new incident, by the automation or by a person; or the one that somebody else has just opened. */
export async function openFor(context: Context, { key, ...about }: Opened, actor: string): Promise<Incident> {
  const { environment } = await context.config();
  const origin = { environment, host: hostname(), at: context.now(), actor };
  const incident = await addIncident(context, key, (place) => openIncident({ ...place, key, ...about, ...origin }));
  if (incident === undefined) return latestOf(context, key);
  await record(context, incident, { actor, action: 'incident.opened', outcome: about.trigger });
  return incident;
}

async function latestOf({ config }: Pick<Context, 'config'>, wanted: string): Promise<Incident> {
  const found = (await latestIncidents((await config()).stateDirectory)).find(({ key }) => key === wanted);
  if (found) return found;
  throw new OperatorError('VOPS-FILE', `the record of the incident ${wanted} has just been removed`);
}

async function reopenFor(
  context: Context,
  { incident: { id }, text, values }: Extract<Change, { readonly kind: 'reopen' }>,
): Promise<Incident> {
  let isNew = false;
  const incident = await changeIncident(context, id, (current) => {
    isNew = current.status === 'resolved';
    return isNew ? reopen(current, { at: context.now(), actor: ACTOR, text, values }) : current;
  });
  if (isNew) await record(context, incident, { actor: ACTOR, action: 'incident.reopened', outcome: text });
  return incident;
}

function observed(incident: Incident, values: Incident['values']): Incident {
  const peak = peakOf(incident.peak, values);
  return Object.entries(peak).every(([path, value]) => incident.peak[path] === value)
    ? incident
    : { ...incident, peak };
}

type Ending = Parameters<typeof resolve>[1];

/** Resolves the incident, unless somebody else just has, and ends what its runs still wait for. */
export async function end(
  context: Context,
  { id }: Pick<Incident, 'id'>,
  ending: Ending,
): Promise<{ readonly incident: Incident; readonly isOurs: boolean }> {
  let isOurs = false;
  const incident = await changeIncident(context, id, (current) => {
    isOurs = current.status !== 'resolved';
    return isOurs ? resolve(current, ending) : current;
  });
  const { actor, text: outcome } = ending;
  if (isOurs) await record(context, incident, { actor, action: 'incident.resolved', outcome });
  await closeRuns(context, incident);
  return { incident, isOurs };
}

interface Deed {
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
}

function record(context: Context, { id, key }: Incident, deed: Deed): Promise<void> {
  return appendAudit(context, { ...deed, subject: id, details: { key } });
}

/** The end of what is told late. */
import type { AlertEvent } from '../event.js';
import type { AlertRecord, AlertState } from './alert-state.js';
import { eventId, numberIn } from './compose.js';

/**
 * The end that belongs to a begin that is over by now, as the engine would have told it; undefined for what goes on, and
 * for what is no begin of a rule. A receiver that knows alerts by their rule would keep one open for ever without it.
 */
export function endOf(event: AlertEvent, { alerts }: AlertState, now: Date): AlertEvent | undefined {
  const { rule, episode, kind, condition } = event;
  const known = alerts.get(rule);
  const record = known?.episode === episode ? known : undefined;
  if (condition === undefined || BEGINS[kind]?.(record) !== false) return undefined;
  const isFlapping = kind === 'flapping-started';
  return {
    ...event,
    kind: isFlapping ? 'flapping-ended' : 'resolved',
    id: eventId(rule, episode, isFlapping ? `flapping-ended-${numberIn(event.id)}` : 'resolved'),
    summary: `over by now; told late: ${event.summary}`,
    at: new Date(Math.max(now.getTime(), Date.parse(event.at))).toISOString(),
  };
}

type GoesOn = (record: AlertRecord | undefined) => boolean;

const fires: GoesOn = (record) => record?.phase === 'firing';
const BEGINS: Partial<Record<AlertEvent['kind'], GoesOn>> = {
  firing: fires,
  reminder: fires,
  escalated: fires,
  'flapping-started': (record) => record?.flapping === true,
};

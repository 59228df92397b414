/** The state after it was lost: what the channels know. */
import type { Notification } from '../event.js';
import { adoptStored } from './adopt.js';
import { type AlertRecord, type AlertState, initialState } from './alert-state.js';
import { eventId } from './compose.js';
import { toInactive } from './step.js';

export interface Remains {
  /** The last word of what fires or flaps that reached each channel, and whatever waits for it. */
  readonly known: readonly Notification[];
  /** Ids of what was told lately. */
  readonly told: ReadonlySet<string>;
  readonly now: Date;
}

/**
 * What channels know to fire does so until the next evaluation, so that they hear of its end; all else begins anew. How
 * often something was counted is unknown: it goes on above the seconds since 1970, a number that none can have reached.
 */
export function recoverState({ known, told, now }: Remains): AlertState {
  const base = Math.floor(now.getTime() / 1000);
  const { alerts } = adoptStored(initialState(), { stored: known.flatMap(withBegin), rules: [], now });
  const recovered = [...alerts.values()].map((record) => ({
    ...(told.has(eventId(record.rule, record.episode, 'resolved')) ? toInactive(record) : record),
    flapping: undefined,
    flaps: base,
    told: record.told.map((heard) => ({ ...heard, reminders: base })),
  }));
  return {
    ...initialState(base),
    alerts: new Map(recovered.map((record): [string, AlertRecord] => [record.rule, record])),
  };
}

/** Who knows of an escalation, or was reminded, was told of the begin. */
const withBegin = (known: Notification): Notification[] => {
  const { channel, event } = known;
  const isLater = event.kind === 'escalated' || event.kind === 'reminder';
  return isLater ? [{ channel, event: { ...event, kind: 'firing' } }, known] : [known];
};

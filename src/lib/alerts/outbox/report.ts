/** What a delivery came to, as data. */
import * as z from 'zod';
import { countOf } from '../../measures.js';
import type { Finding } from '../../status.js';
import { waitBefore } from './patience.js';
import type { Queue } from './queue.js';

const Count = z.number().int().min(0);

export const ChannelReport = z.strictObject({
  channel: z.string(),
  /** `failing`: the last attempt went wrong; `down`: so long, or so finally, that the other channels were told. */
  status: z.enum(['ok', 'failing', 'down']),
  /** Events, in this run. */
  delivered: Count,
  /** Events that wait now. */
  pending: Count,
  /** Events that were given up in this run: refused for good, or too old. They lie in the dead letters. */
  dead: Count,
  /** Events that had to make room in this run. */
  dropped: Count,
  /** Of the oldest that waits. */
  oldestAgeSeconds: z.number().nullable(),
  nextAttemptAt: z.iso.datetime().nullable(),
  lastError: z.string().nullable(),
});
export type ChannelReport = z.output<typeof ChannelReport>;

export const DeliveryReport = z.strictObject({
  delivered: Count,
  pending: Count,
  dead: Count,
  dropped: Count,
  /** Files of the outbox that could not be read, and where they were moved. */
  corrupt: z.array(z.string()),
  channels: z.array(ChannelReport),
});
export type DeliveryReport = z.output<typeof DeliveryReport>;

export function reportOf(queues: readonly Queue[], corrupt: readonly string[], now: Date): DeliveryReport {
  const channels = queues.map((queue) => channelReport(queue, now));
  const sum = (count: (channel: ChannelReport) => number) => channels.reduce((total, one) => total + count(one), 0);
  return {
    delivered: sum(({ delivered }) => delivered),
    pending: sum(({ pending }) => pending),
    dead: sum(({ dead }) => dead),
    dropped: sum(({ dropped }) => dropped),
    corrupt: [...corrupt],
    channels,
  };
}

function channelReport({ channel, entries, state, tally }: Queue, now: Date): ChannelReport {
  const [oldest] = entries;
  const isWaiting = state.lastAttempt !== null && entries.length > 0;
  const waitMs = waitBefore(state, now);
  return {
    channel,
    status: statusOf(state),
    delivered: tally.delivered,
    pending: entries.length,
    dead: tally.dead,
    dropped: tally.dropped,
    oldestAgeSeconds: oldest ? Math.max(0, (now.getTime() - Date.parse(oldest.enqueuedAt)) / 1000) : null,
    nextAttemptAt: isWaiting ? new Date(now.getTime() + waitMs).toISOString() : null,
    lastError: state.failures > 0 ? (state.lastError?.reason ?? null) : null,
  };
}

function statusOf({ down, failures }: Queue['state']): ChannelReport['status'] {
  if (down !== null) return 'down';
  return failures > 0 ? 'failing' : 'ok';
}

/** What an operator should know of it. Whatever was not told is an error: `alerts check` then ends with 1. */
export function judgeDelivery({ channels, corrupt }: DeliveryReport): readonly Finding[] {
  return [
    ...channels.flatMap(judgeChannel),
    ...corrupt.map((message): Finding => ({ code: 'VOPS-ALERTS-CORRUPT', severity: 'warning', message })),
  ];
}

function judgeChannel({ channel, pending, dead, dropped, lastError }: ChannelReport): readonly Finding[] {
  const why = lastError === null ? '' : `: ${lastError}`;
  const finding = (code: string, message: string, hint: string): Finding => ({
    code,
    severity: 'error',
    message,
    hint,
  });
  return [
    ...(pending > 0
      ? [
          finding(
            'VOPS-ALERTS-PENDING',
            `${countOf(pending, 'event')} not yet told to ${channel}${why}`,
            'the next run tries again',
          ),
        ]
      : []),
    ...(dead > 0
      ? [
          finding(
            'VOPS-ALERTS-DEAD',
            `${countOf(dead, 'event')} given up for ${channel}${why}`,
            `mend alerting.channels.${channel}; then: viktoria-ops alerts redeliver ${channel}`,
          ),
        ]
      : []),
    ...(dropped > 0
      ? [
          finding(
            'VOPS-ALERTS-DROPPED',
            `${countOf(dropped, 'event')} dropped for ${channel}: too many waited`,
            `mend alerting.channels.${channel}`,
          ),
        ]
      : []),
  ];
}

/** What a delivery came to, as data. */
import * as z from 'zod';

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

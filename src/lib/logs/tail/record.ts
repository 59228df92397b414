/** A line of a log as `logs tail` hands it out. */
import * as z from 'zod';
import { type Entry, FORMATS } from '../entries/entry.js';
import { LEVELS } from '../entries/levels.js';

export const TailRecord = z.strictObject({
  file: z.string(),
  /** What the line is in; absent for one that goes on with the entry before, or is in no known format. */
  format: z.enum(FORMATS).optional(),
  time: z.iso.datetime().optional(),
  level: z.enum(LEVELS).optional(),
  /** The message of an entry; the whole of any other line. */
  message: z.string(),
  contentType: z.string().optional(),
  operation: z.string().optional(),
  durationMs: z.number().optional(),
  request: z
    .strictObject({ method: z.string(), path: z.string(), status: z.number(), durationMs: z.number() })
    .optional(),
  stack: z.string().optional(),
});
export type TailRecord = z.output<typeof TailRecord>;

/** The record of a line, with what was understood of it. */
export function recordOf(file: string, line: string, entry: Entry | undefined): TailRecord {
  if (entry === undefined || entry.isAttached) return { file, message: line };
  const { format, time, level, message, contentType, operation, durationMs, request, stack } = entry;
  return {
    file,
    format,
    ...(!Number.isNaN(time) && { time: new Date(time).toISOString() }),
    level,
    message,
    ...(contentType !== undefined && { contentType }),
    ...(operation !== undefined && { operation }),
    ...(durationMs !== undefined && { durationMs }),
    ...(request && { request }),
    ...(stack !== undefined && { stack }),
  };
}

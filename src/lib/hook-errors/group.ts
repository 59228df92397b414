/** Groups errors that are the same but for the values in their messages. */
import * as z from 'zod';
import { HookError, Time } from '../contract/index.js';
import { templateOf } from '../message-template.js';

export const ErrorGroup = z.object({
  /** The message with `#` for numbers, `<id>` for identifiers and `"…"` for quoted text. */
  template: z.string(),
  errorType: z.string(),
  outcome: HookError.shape.outcome,
  contentType: z.string(),
  operation: z.string(),
  count: z.number(),
  firstSeen: Time,
  lastSeen: Time,
  /** The latest message as it came. */
  example: z.string(),
});
export type ErrorGroup = z.output<typeof ErrorGroup>;

/** One group per hook, type and message template; the one seen last comes first. */
export function groupErrors(errors: readonly HookError[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>();
  const newestFirst = [...errors].sort((a, b) => Date.parse(b.timestamp) - Date.parse(a.timestamp));
  for (const error of newestFirst) {
    const { contentType, operation, errorType, outcome, timestamp } = error;
    const template = templateOf(error.message);
    const key = JSON.stringify([template, errorType, outcome, contentType, operation]);
    const group = groups.get(key);
    const { count, lastSeen, example } = group ?? { count: 0, lastSeen: timestamp, example: error.message };
    const seen = { count: count + 1, firstSeen: timestamp, lastSeen, example };
    groups.set(key, { template, errorType, outcome, contentType, operation, ...seen });
  }
  return [...groups.values()];
}

/** Groups errors that are the same but for the values in their messages. */
import * as z from 'zod';
import { HookError, Time } from '../contract/index.js';

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

/** In this order: an identifier is full of digits, and a quoted text may hold both. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/"[^"]*"|'[^'\s]*'|`[^`]*`|„[^“„]*“/g, '"…"'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  // Strapi's document ids: 24 lower-case letters and digits, a digit among them.
  [/\b(?=[a-z]*\d)[a-z0-9]{24}\b/g, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '#'],
];

/** The message without its values: what two errors of one cause have in common. */
export function templateOf(message: string): string {
  let template = message;
  for (const [value, placeholder] of VALUES) template = template.replace(value, placeholder);
  return template;
}

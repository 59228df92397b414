/** The shape of a comparison of two configurations. */
import * as z from 'zod';

export const ConfigDiffFlags = z.object({
  from: z.string().min(1).default('newest'),
  to: z.string().min(1).default('now'),
});
export type ConfigDiffFlags = z.output<typeof ConfigDiffFlags>;

const Kind = z.enum(['added', 'removed', 'changed']);

export const ValueChange = z.object({
  /** `server.app.keys[0]`, or the name of a variable. */
  key: z.string(),
  kind: Kind,
  /** As JSON; null for a secret, and for what is not there. */
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type ValueChange = z.output<typeof ValueChange>;

export const FileChange = z.object({
  path: z.string(),
  /** `unknown`: one of the two cannot be read. */
  kind: z.enum([...Kind.options, 'unknown']),
  /** Of files that hold values, and of secrets: these are compared by fingerprint. */
  values: z.array(ValueChange),
  /** Of other files: unified lines, secrets as `***` and a fingerprint. Empty where showing them is not safe. */
  lines: z.array(z.string()),
  /** Lines that are not shown. */
  omitted: z.number().int(),
});
export type FileChange = z.output<typeof FileChange>;

const Side = z.object({ label: z.string(), at: z.string().nullable() });

export const ConfigDiff = z.object({
  from: Side,
  to: Side,
  /** Files on both sides. */
  compared: z.number().int(),
  files: z.array(FileChange),
});
export type ConfigDiff = z.output<typeof ConfigDiff>;

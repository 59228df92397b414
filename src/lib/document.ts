/** The one document a command leaves: what `--json` prints, what run records keep, what formats are made from. */
import * as z from 'zod';
import { Finding, Status } from './contract/findings.js';

export const SCHEMA_VERSION = 1;

/** Schema of the document of a command whose result has the given schema. */
export const documentOf = <Result extends z.ZodType>(result: Result) =>
  z.strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    command: z.string(),
    version: z.string(),
    host: z.string(),
    environment: z.string(),
    startedAt: z.iso.datetime(),
    durationMs: z.number(),
    status: Status,
    exitCode: z.number().int(),
    findings: z.array(Finding),
    result: result.optional(),
    error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
  });

export type Document = z.output<ReturnType<typeof documentOf<z.ZodUnknown>>>;

/** What the operator's side knows and the application does not: the page shows it beside the application's own figures. */
import * as z from 'zod';
import { Finding, Status } from './findings.js';
import { Time } from './system.js';

/** In the order in which the page shows them. */
export const OPERATOR_SECTIONS = ['alerts', 'incidents', 'kpis', 'backups', 'maintenance'] as const;
export type OperatorSectionName = (typeof OPERATOR_SECTIONS)[number];

export const OperatorSection = z.lazy(() =>
  z.object({
    status: Status,
    /** One sentence: what the command of this section says first. */
    summary: z.string(),
    findings: z.array(Finding),
    /** One line each; `value` is as the operator's side writes it, with its unit. */
    rows: z.array(z.object({ name: z.string(), status: Status, value: z.string(), at: Time.nullable() })),
  }),
);
export type OperatorSection = z.infer<typeof OperatorSection>;

/** `GET /operator-status`, and the file that `monitoring publish` writes. */
export const OperatorStatus = z.lazy(() =>
  z.object({
    schemaVersion: z.literal(1),
    writtenAt: Time,
    /** After which it no longer speaks of now. */
    validUntil: Time,
    host: z.string(),
    environment: z.string(),
    /** Those that were told: the two sides need not be of one version. */
    sections: z.partialRecord(z.enum(OPERATOR_SECTIONS), OperatorSection),
  }),
);
export type OperatorStatus = z.infer<typeof OperatorStatus>;

/** How the backend's npm packages are judged and mended. */
import * as z from 'zod';
import { TimeLimit } from '../units.js';

const Allowed = z.strictObject({
  /** Such as GHSA-xxxx-xxxx-xxxx. */
  advisory: z
    .string()
    .regex(/^GHSA(-[23456789cfghjmpqrvwx]{4}){3}$/, 'expected an identifier such as GHSA-35jh-r3h4-6jhm'),
  /** Why it does no harm here. */
  reason: z.string().min(1),
  /** Last day on which that holds: then somebody has to look again. */
  expires: z.iso.date(),
});
export type Allowed = z.output<typeof Allowed>;

export const Dependencies = z.lazy(() =>
  z
    .strictObject({
      /** Least severity of a vulnerability that is a warning (guide: moderate); high and critical are errors. */
      auditLevel: z.enum(['low', 'moderate', 'high', 'critical']).default('moderate'),
      /** Vulnerabilities that are known to do no harm here, each with a reason and an end. */
      allow: z.array(Allowed).default([]),
      /** Longest npm may take to ask the registry. */
      timeout: TimeLimit.prefault('2m'),
      /** Longest an installation may take. */
      installTimeout: TimeLimit.prefault('15m'),
      /** Let packages run their installation scripts before the tests of a fix. */
      installScripts: z.boolean().default(false),
      /** The backend's tests, as a program and its arguments; without them no fix is kept. */
      testCommand: z.array(z.string().min(1)).min(1).default(['npm', 'test']),
      /** Longest the tests may take. */
      testTimeout: TimeLimit.prefault('30m'),
    })
    .prefault({}),
);
export type Dependencies = z.output<typeof Dependencies>;

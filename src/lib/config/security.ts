/** What is risky, and from when on. The guide names no numbers: these are ours, and an operator's to change. */
import * as z from 'zod';
import { Duration } from '../units.js';
import { AbsolutePath } from './text.js';

const Count = z.number().int().min(1);

const AccessLog = z.lazy(() =>
  z
    .strictObject({
      /** Access logs of the proxy in front of the backend, such as `/var/log/nginx/access.log`; `*` in the name as in a shell. Default: the backend's own logs, which name no addresses. */
      files: z.array(AbsolutePath).default([]),
      /** Where people log in: the admin panel, and users of the content API. */
      loginPaths: z.array(z.string().startsWith('/')).min(1).default(['/admin/login', '/api/auth/local']),
      /** Failed logins within an hour: from one address, and from all together. */
      failedLogins: z.strictObject({ perAddress: Count.default(10), total: Count.default(100) }).prefault({}),
      /** An address scans when it asks for so many different paths that are not there, or so often for what attackers look for. */
      scan: z.strictObject({ missingPaths: Count.default(20), probes: Count.default(5) }).prefault({}),
      /** Sites, such as `www.example.org`, whose pages may change data. Empty: they are only listed. */
      sites: z.array(z.string().min(1)).default([]),
      /** How addresses are shown: whole, as their network, or by a code that tells them apart within one report. */
      addresses: z.enum(['full', 'network', 'code']).default('full'),
    })
    .prefault({}),
);

const Accounts = z.lazy(() =>
  z
    .strictObject({
      /** More super admins than this are too many. */
      superAdmins: Count.default(3),
      /** A token that never expires is due to be replaced at this age. */
      tokenAge: Duration.prefault('365d'),
      /** A token that nobody has used for this long is to go. */
      tokenUnused: Duration.prefault('90d'),
      /** An invitation to the admin panel that is open for this long: whoever has the link may choose the password. */
      invitationAge: Duration.prefault('7d'),
    })
    .prefault({}),
);

export const Security = z.lazy(() =>
  z
    .strictObject({
      /** Refuse to run when a configuration file that holds a secret can be read by others. */
      strict: z.boolean().default(false),
      accessLog: AccessLog,
      accounts: Accounts,
    })
    .prefault({}),
);
export type Security = z.output<typeof Security>;

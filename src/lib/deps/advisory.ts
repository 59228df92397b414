/** The report of `npm audit --json` (version 2) → advisories. Pure. */
import * as z from 'zod';
import type { Allowed } from '../config/dependencies.js';

/** From harmless to grave. */
export const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical'] as const;

export const Advisory = z.object({
  /** GHSA-… where there is one, else npm's number. */
  id: z.string(),
  title: z.string(),
  url: z.string(),
  severity: z.enum(SEVERITIES),
  package: z.string(),
  /** Versions with the flaw. */
  range: z.string(),
  /** Whether the backend itself asks for the package. */
  isDirect: z.boolean(),
  /** Where it is installed. */
  paths: z.array(z.string()),
  /** `compatible`: within what package.json allows, `deps fix` does it. `major`: another major version of `package`. */
  fix: z.object({
    kind: z.enum(['compatible', 'major', 'none']),
    package: z.string().nullable(),
    version: z.string().nullable(),
  }),
  /** The entry of `deps.allow` that says why it does no harm; also one whose day is past. */
  allowed: z.object({ reason: z.string(), expires: z.iso.date(), isExpired: z.boolean() }).nullable(),
});
export type Advisory = z.infer<typeof Advisory>;

const Flaw = z.object({
  source: z.union([z.number(), z.string()]),
  name: z.string(),
  title: z.string(),
  url: z.string(),
  severity: z.enum(SEVERITIES),
  range: z.string(),
});

export const AuditReport = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      isDirect: z.boolean(),
      /** A text names another package of this report. */
      via: z.array(z.union([z.string(), Flaw])),
      nodes: z.array(z.string()),
      fixAvailable: z.union([
        z.boolean(),
        z.object({ name: z.string(), version: z.string(), isSemVerMajor: z.boolean().optional() }),
      ]),
    }),
  ),
  metadata: z.object({ dependencies: z.object({ total: z.number() }) }),
});
export type AuditReport = z.infer<typeof AuditReport>;
type Vulnerability = AuditReport['vulnerabilities'][string];

/** Gravest first. */
export function advisoriesOf(report: AuditReport, allow: readonly Allowed[], today: string): Advisory[] {
  const advisories = Object.values(report.vulnerabilities).flatMap((vulnerability) =>
    vulnerability.via.flatMap((via) => {
      if (typeof via === 'string') return [];
      const id = /GHSA(?:-\w{4}){3}/.exec(via.url)?.[0] ?? String(via.source);
      const { title, url, severity, name, range } = via;
      const { isDirect, nodes } = vulnerability;
      const about = { id, title, url, severity, package: name, range, isDirect, paths: nodes };
      return [{ ...about, fix: fixOf(vulnerability), allowed: allowedBy(allow, id, today) }];
    }),
  );
  const rank = ({ severity }: Advisory) => SEVERITIES.indexOf(severity);
  return advisories.sort((one, other) => rank(other) - rank(one) || (one.package < other.package ? -1 : 1));
}

function fixOf({ fixAvailable }: Vulnerability): Advisory['fix'] {
  if (typeof fixAvailable === 'boolean')
    return { kind: fixAvailable ? 'compatible' : 'none', package: null, version: null };
  const { name, version, isSemVerMajor } = fixAvailable;
  return { kind: isSemVerMajor === true ? 'major' : 'compatible', package: name, version };
}

function allowedBy(allow: readonly Allowed[], id: string, today: string): Advisory['allowed'] {
  // Of several the one that lasts longest.
  const [entry] = allow
    .filter(({ advisory }) => advisory === id)
    .sort((one, other) => (one.expires > other.expires ? -1 : 1));
  return entry ? { reason: entry.reason, expires: entry.expires, isExpired: entry.expires < today } : null;
}

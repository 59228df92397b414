/** What the access logs say, as data. */
import * as z from 'zod';
import type { Security } from '../../config/security.js';
import { createDisplay } from './address.js';
import type { AccessTally } from './tally.js';

const Count = z.number().int();
const Hour = z.iso.datetime().nullable();

export const AccessReport = z.object({
  since: z.iso.datetime(),
  logs: z.array(z.object({ file: z.string(), sizeBytes: Count, requests: Count, reason: z.string().nullable() })),
  requests: Count,
  /** False: only Strapi's own logs were there, which name no address. */
  hasAddresses: z.boolean(),
  failedLogins: Count,
  /** The hour with the most failed logins. */
  worstHour: z.object({ hour: Hour, failed: Count }).nullable(),
  /** By address, the most failures first. */
  logins: z.array(
    z.object({
      address: z.string(),
      failed: Count,
      /** In its worst hour. */
      peak: Count,
      peakHour: Hour,
      /** Failures before the last login that went well. */
      failedBefore: Count,
      succeededAt: Hour,
    }),
  ),
  /** By address, the most paths first. */
  scans: z.array(
    z.object({ address: z.string(), missing: Count, missingPaths: Count, probes: Count, example: z.string() }),
  ),
  /** By what was looked for; `answered`: with a success. */
  probes: z.array(
    z.object({ what: z.string(), isSecret: z.boolean(), asked: Count, answered: Count, example: z.string() }),
  ),
  /** Whose pages sent requests that change something, and were taken. */
  sites: z.array(z.object({ site: z.string(), requests: Count })),
  /** Failed logins, or requests of a scan, that an address may have made and is not named for. */
  undercount: Count,
});
export type AccessReport = z.infer<typeof AccessReport>;

/** Rows of each list. */
const MOST = 20;
const HOUR_MS = 3_600_000;

/** The report of a tally; addresses as the configuration wants them shown. */
export function describeAccess(
  tally: AccessTally,
  about: Pick<AccessReport, 'since' | 'logs' | 'hasAddresses'>,
  addresses: Security['accessLog']['addresses'],
): AccessReport {
  tally.settle();
  const display = createDisplay(addresses);
  const [worst] = [...tally.hours].sort(([, a], [, b]) => b - a);
  const logins = tally.logins.items().sort(([, a], [, b]) => b.peak - a.peak || b.failed - a.failed);
  const scans = tally.scans
    .items()
    .map(([source, { paths, ...scan }]) => ({ address: display(source), ...scan, missingPaths: paths.estimate }))
    .sort((a, b) => b.missingPaths + b.probes - a.missingPaths - a.probes);
  const sites = tally.sites.items().map(([site, { requests }]) => ({ site, requests }));
  const probes = [...tally.probes.values()].map(({ probe: { what, isSecret }, ...counts }) => ({
    what,
    isSecret,
    ...counts,
  }));
  return {
    ...about,
    requests: tally.requests,
    failedLogins: tally.failedLogins,
    worstHour: worst ? { hour: timeOf(worst[0] * HOUR_MS), failed: worst[1] } : null,
    logins: logins.slice(0, MOST).map(([source, { failed, peak, peakHour, failedBefore, succeededAt }]) => ({
      address: display(source),
      failed,
      peak,
      peakHour: timeOf(peakHour * HOUR_MS),
      failedBefore,
      succeededAt: timeOf(succeededAt),
    })),
    scans: scans.slice(0, MOST),
    probes: probes.sort((a, b) => b.answered - a.answered || b.asked - a.asked),
    sites: sites.sort((a, b) => b.requests - a.requests).slice(0, MOST),
    undercount: Math.max(tally.logins.undercount, tally.scans.undercount),
  };
}

/** Null for what is no time, or beyond the calendar. */
function timeOf(time: number): string | null {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : null;
}

import * as z from 'zod';
import type { Config } from '../../config/index.js';
import { endpointsOf, judgeCertificate, probe } from '../../health/index.js';
import { formatDuration } from '../../measures.js';
import type { Finding } from '../../status.js';
import { isLoopback } from '../addresses.js';
import { defineCheck, type Subject } from '../check.js';

const Certificates = z.object({
  /** Where the backend is reached, as configured. */
  url: z.string(),
  isTls: z.boolean(),
  /** Only this host can listen in. */
  isLocal: z.boolean(),
  /** Null without TLS, and where nothing answered. */
  lifetimeMs: z.number().nullable(),
  /** Why it is not known. */
  reason: z.string().nullable(),
});
type Certificates = z.infer<typeof Certificates>;

/** Is the way to the backend secret, and for how long still? */
export const certificates = defineCheck({
  data: Certificates,
  read: readCertificates,
  judge: (seen, { config }) => judgeCertificates(seen, config.health),
  describe: ({ url, isTls, lifetimeMs, reason }) => {
    if (!isTls) return `${url}: no TLS`;
    return lifetimeMs === null ? `${url}: ${reason}` : `${url}: valid for ${formatDuration(Math.max(0, lifetimeMs))}`;
  },
});

async function readCertificates({ config, context }: Subject): Promise<Certificates> {
  const { url } = config.app;
  const [application] = endpointsOf(config);
  const isLocal = isLoopback(application?.host ?? '');
  const seen = { url, isTls: application?.isTls ?? false, isLocal, lifetimeMs: null, reason: null };
  if (!application?.isTls) return seen;
  const answer = await probe(application, context.signal);
  return answer.isReachable
    ? { ...seen, lifetimeMs: answer.certificateLifetimeMs }
    : { ...seen, reason: answer.reason };
}

function judgeCertificates(
  seen: Certificates,
  { certificateLifetime }: Pick<Config['health'], 'certificateLifetime'>,
): Finding[] {
  const { url, isTls, isLocal, lifetimeMs, reason } = seen;
  if (!isTls) return isLocal ? [] : [inTheClear(url)];
  if (reason !== null) return [unreached(url, reason)];
  return judgeCertificate(url, lifetimeMs, certificateLifetime);
}

const inTheClear = (url: string): Finding => ({
  code: 'VOPS-SECURITY-NO-TLS',
  severity: 'warning',
  message: `${url} is reached without TLS: tokens and data can be read on the way`,
  hint: 'put TLS in front of the backend, and an https:// address into app.url',
});

const unreached = (url: string, reason: string): Finding => ({
  code: 'VOPS-SECURITY-CERTIFICATE',
  severity: 'unknown',
  message: `the TLS certificate of ${url} was not seen: ${reason}`,
  hint: 'see why: viktoria-ops health',
});

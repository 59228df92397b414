import { basename, dirname } from 'node:path';
import { type RequestLog, readRequests } from '../../logs/index.js';
import { countOf } from '../../measures.js';
import { judgeAccess } from '../access/judge.js';
import { AccessReport, describeAccess } from '../access/report.js';
import { AccessTally } from '../access/tally.js';
import { defineCheck, type Subject } from '../check.js';

/** Failed logins, scans, and whose pages change data: from the proxy's logs, else from Strapi's own. */
export const accessLog = defineCheck({
  data: AccessReport,
  read: readAccess,
  judge: (report, { config }) => judgeAccess(report, config.security.accessLog, new URL(config.app.url).host),
  describe: ({ requests, failedLogins, hasAddresses }) =>
    `${countOf(requests, 'request')}, ${countOf(failedLogins, 'failed login')}${hasAddresses || requests === 0 ? '' : ' (the logs name no addresses)'}`,
});

async function readAccess(subject: Subject): Promise<AccessReport> {
  const { config, since } = subject;
  const settings = config.security.accessLog;
  // A request that the proxy and Strapi both tell of is one: the logs that name addresses count, where there are any.
  const [withAddresses, without] = [new AccessTally(settings.loginPaths), new AccessTally(settings.loginPaths)];
  const logs: RequestLog[] = [];
  for (const { directory, pattern } of placesOf(subject)) {
    const { signal, env } = subject.context;
    const place = { directory, pattern, since: since.getTime(), path: env.PATH, signal };
    const take = (request: Parameters<AccessTally['add']>[0]) =>
      (request.address === null ? without : withAddresses).add(request);
    logs.push(...(await readRequests(place, take)));
  }
  const hasAddresses = withAddresses.requests > 0;
  const about = { since: since.toISOString(), logs, hasAddresses };
  return describeAccess(hasAddresses ? withAddresses : without, about, settings.addresses);
}

function placesOf({ config }: Subject): { readonly directory: string; readonly pattern: string }[] {
  const { files } = config.security.accessLog;
  if (files.length === 0) return [{ directory: config.logs.directory, pattern: config.logs.pattern }];
  return files.map((path) => ({ directory: dirname(path), pattern: basename(path) }));
}

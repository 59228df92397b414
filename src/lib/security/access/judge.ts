/** What an operator should know of the access logs. Pure. */
import type { Security } from '../../config/security.js';
import { countOf } from '../../measures.js';
import type { Finding } from '../../status.js';
import type { AccessReport } from './report.js';

type Settings = Security['accessLog'];

/** @param own host, and port, of the backend itself */
export function judgeAccess(report: AccessReport, settings: Settings, own: string): readonly Finding[] {
  return [
    ...unread(report),
    ...silent(report),
    ...brokenIn(report, settings),
    ...guessed(report, settings),
    ...guessedTogether(report, settings),
    ...leaked(report),
    ...scanned(report, settings),
    ...sentFromElsewhere(report, settings, own),
  ];
}

/** Named in one finding; the report has more. */
const NAMED = 5;

const named = (names: readonly string[]): string =>
  `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ', …' : ''}`;

const unread = ({ logs }: AccessReport): Finding[] =>
  logs.flatMap(({ file, reason }) =>
    reason === null
      ? []
      : [
          {
            code: 'VOPS-SECURITY-LOG-UNREAD',
            severity: 'unknown',
            message: `${file} was not read to its end: ${reason}`,
            hint: `may this account read it? ls -l ${file}`,
          },
        ],
  );

function silent({ requests, since }: AccessReport): Finding[] {
  if (requests > 0) return [];
  return [
    {
      code: 'VOPS-SECURITY-NO-REQUESTS',
      severity: 'unknown',
      message: `no log tells of a request since ${since}: who logs in and who scans is not known`,
      hint: 'name the access log of the proxy in security.accessLog.files, such as /var/log/nginx/access.log',
    },
  ];
}

/** Many failures and then a success: guessed, or somebody who remembered in the end. */
const brokenIn = ({ logins }: AccessReport, { failedLogins }: Settings): Finding[] =>
  logins
    .filter(({ failedBefore }) => failedBefore >= failedLogins.perAddress)
    .map(({ address, failedBefore, succeededAt }) => ({
      code: 'VOPS-SECURITY-LOGIN-AFTER-FAILURES',
      severity: 'error',
      message: `${address} failed to log in ${failedBefore} times, and then succeeded at ${succeededAt ?? 'an unknown time'}`,
      hint: 'ask whose login that was; if nobody knows, block the account, end its sessions and change its password',
    }));

function guessed({ logins }: AccessReport, { failedLogins }: Settings): Finding[] {
  const over = logins.filter(({ peak }) => peak >= failedLogins.perAddress);
  const [worst] = over;
  if (worst === undefined) return [];
  const addresses = `${over.length} ${over.length === 1 ? 'address' : 'addresses'}`;
  return [
    {
      code: 'VOPS-SECURITY-FAILED-LOGINS',
      severity: 'warning',
      message: `${addresses} failed to log in ${failedLogins.perAddress} times or more within an hour: ${named(over.map(({ address }) => address))}; the worst ${worst.peak} times in the hour of ${worst.peakHour ?? 'an unknown time'}`,
      hint: 'block them in the firewall, or have fail2ban do so; limit the rate of the login paths in the proxy',
    },
  ];
}

function guessedTogether({ worstHour }: AccessReport, { failedLogins }: Settings): Finding[] {
  if (worstHour === null || worstHour.failed < failedLogins.total) return [];
  return [
    {
      code: 'VOPS-SECURITY-LOGIN-FLOOD',
      severity: 'warning',
      message: `${worstHour.failed} logins failed in the hour of ${worstHour.hour ?? 'an unknown time'}, from all addresses together (${failedLogins.total} or more: security.accessLog.failedLogins.total)`,
      hint: 'somebody tries passwords from many addresses: limit the rate of the login paths, and who may reach /admin',
    },
  ];
}

const leaked = ({ probes }: AccessReport): Finding[] =>
  probes
    .filter(({ isSecret, answered }) => isSecret && answered > 0)
    .map(({ what, answered, example }) => ({
      code: 'VOPS-SECURITY-PROBE-ANSWERED',
      severity: 'error',
      message: `${what}: ${example} was asked for and answered with success (${countOf(answered, 'time')} of its kind)`,
      hint: 'ask for it yourself: a page of the application is harmless, the file itself is a leak; then change every secret in it, and have the proxy refuse such paths',
    }));

/** Whatever is on the internet is scanned: worth knowing, no alarm. */
function scanned({ scans, undercount }: AccessReport, { scan }: Settings): Finding[] {
  const scanners = scans.filter(
    ({ missingPaths, probes }) => missingPaths >= scan.missingPaths || probes >= scan.probes,
  );
  if (scanners.length === 0) return [];
  const more = undercount > 0 ? `; addresses with up to ${undercount} requests are not named` : '';
  return [
    {
      code: 'VOPS-SECURITY-SCAN',
      severity: 'info',
      message: `${scanners.length} ${scanners.length === 1 ? 'address' : 'addresses'} looked for weak spots: ${named(scanners.map(({ address, example }) => `${address} (${example})`))}${more}`,
      hint: 'nothing to do as long as none was answered; fail2ban or the proxy can shut them out',
    },
  ];
}

function sentFromElsewhere({ sites }: AccessReport, settings: Settings, own: string): Finding[] {
  const foreign = sites.map(({ site }) => site).filter((site) => site !== own && !settings.sites.includes(site));
  if (foreign.length === 0) return [];
  const isListed = settings.sites.length > 0;
  return [
    {
      code: 'VOPS-SECURITY-FOREIGN-SITE',
      severity: isListed ? 'warning' : 'info',
      message: `pages of other sites changed data here: ${named(foreign)}`,
      hint: isListed
        ? 'add those you know to security.accessLog.sites, and let CORS allow no other (config/middlewares, strapi::cors)'
        : 'list those you know in security.accessLog.sites, and any other becomes a warning',
    },
  ];
}

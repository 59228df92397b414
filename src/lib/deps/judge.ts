/** Advisories → findings. Pure. */
import type { Dependencies } from '../config/dependencies.js';
import { countOf } from '../measures.js';
import type { Finding } from '../status.js';
import { type Advisory, SEVERITIES } from './advisory.js';

/** One finding for each that counts: of `auditLevel` or graver, and not allowed today. */
export function judgeAdvisories(
  advisories: readonly Advisory[],
  { auditLevel, allow }: Dependencies,
): readonly Finding[] {
  const counted = advisories.filter((advisory) => isCounted(advisory, auditLevel));
  const met = new Set(advisories.map(({ id }) => id));
  const idle = allow.filter(({ advisory }) => !met.has(advisory)).map(({ advisory }) => advisory);
  return [...counted.map(finding), ...(idle.length > 0 ? [unneeded(idle)] : [])];
}

export function isCounted({ severity, allowed }: Advisory, level: Dependencies['auditLevel']): boolean {
  return (allowed === null || allowed.isExpired) && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(level);
}

function finding(advisory: Advisory): Finding {
  const { id, title, severity, range, allowed } = advisory;
  const over = allowed ? `; it was allowed until ${allowed.expires}: ${allowed.reason}` : '';
  return {
    code: allowed ? 'VOPS-DEPS-ALLOW-EXPIRED' : 'VOPS-DEPS-VULNERABLE',
    severity: severity === 'high' || severity === 'critical' ? 'error' : 'warning',
    message: `${severity}: ${advisory.package} ${range}: ${title} (${id}), in ${placesOf(advisory)}${over}`,
    hint: hintOf(advisory),
  };
}

const PLACES_TOLD = 3;

function placesOf({ paths }: Advisory): string {
  const more = paths.length - PLACES_TOLD;
  return `${paths.slice(0, PLACES_TOLD).join(', ')}${more > 0 ? ` and ${countOf(more, 'more place')}` : ''}`;
}

function hintOf({ fix, url }: Advisory): string {
  if (fix.kind === 'compatible') return 'viktoria-ops deps fix --dry-run shows the version that mends it';
  if (fix.kind === 'major') {
    return `it takes ${fix.package}@${fix.version}, another major version: read its notes, then npm install ${fix.package}@${fix.version}`;
  }
  return `there is no fix yet: read ${url}; where it does no harm, say so in deps.allow with a reason and an end`;
}

const unneeded = (ids: readonly string[]): Finding => ({
  code: 'VOPS-DEPS-ALLOW-UNNEEDED',
  severity: 'info',
  message: `deps.allow names what npm does not report: ${ids.join(', ')}`,
  hint: 'take it out of the configuration',
});

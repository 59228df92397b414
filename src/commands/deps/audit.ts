import { defineCommand } from '../../lib/command.js';
import { AuditFlags, auditDependencies, DependencyAudit } from '../../lib/deps/index.js';
import { countOf } from '../../lib/measures.js';
import type { Tone } from '../../lib/terminal/theme.js';
import { advisory } from './sample.js';

type Advisory = DependencyAudit['advisories'][number];

const TONES: Readonly<Record<Advisory['severity'], Tone>> = {
  critical: 'alarm',
  high: 'alarm',
  moderate: 'caution',
  low: 'plain',
  info: 'faint',
};

export default defineCommand({
  options: [['--production', 'leave out what is only there for development']],
  flags: AuditFlags,
  result: DependencyAudit,
  run: auditDependencies,
  summary: ({ packages, advisories }) => {
    if (packages === null) return 'no answer: nothing is known of the packages';
    const allowed = advisories.filter((found) => found.allowed && !found.allowed.isExpired).length;
    const known = `${countOf(advisories.length, 'known flaw')} in ${countOf(packages, 'package')}`;
    return allowed === 0 ? known : `${known}, ${allowed} of them allowed`;
  },
  view: ({ advisories }, theme) => {
    if (advisories.length === 0) return '';
    const rows = advisories.map((found) => [
      theme.tone(TONES[found.severity], found.severity),
      found.package,
      found.range,
      fixText(found),
      found.allowed && `until ${found.allowed.expires}`,
      found.id,
      found.title,
    ]);
    return theme.table(['severity', 'package', 'versions', 'fix', 'allowed', 'advisory', 'title'], rows);
  },
  examples: ['viktoria-ops deps audit', 'viktoria-ops deps audit --production --fail-on warning'],
  sample: { root: '/srv/app/backend', packages: 1_204, advisories: [advisory] },
});

function fixText({ fix }: Advisory): string {
  if (fix.kind === 'major') return `${fix.package}@${fix.version}`;
  return fix.kind === 'compatible' ? 'deps fix' : 'none';
}

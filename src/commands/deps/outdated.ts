import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { listOutdated, OutdatedPackages } from '../../lib/deps/index.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  flags: z.object({}),
  result: OutdatedPackages,
  run: listOutdated,
  summary: ({ packages }) => {
    if (packages === null) return 'no answer: nothing is known of newer versions';
    const majors = packages.filter(({ step }) => step === 'major').length;
    return `${countOf(packages.length, 'package')} with a newer version, ${majors} of them a major one`;
  },
  view: ({ packages }, theme) => {
    if (packages === null || packages.length === 0) return '';
    const rows = packages.map(({ name, current, wanted, latest, step, kind }) => [
      name,
      current,
      wanted,
      latest,
      step,
      kind,
    ]);
    return theme.table(['package', 'installed', 'allowed', 'latest', 'step', 'kind'], rows);
  },
  examples: ['viktoria-ops deps outdated', "viktoria-ops deps outdated --json | jq '.result.packages[].name'"],
  sample: {
    root: '/srv/app/backend',
    packages: [
      { name: 'pg', current: '8.11.3', wanted: '8.18.0', latest: '8.18.0', kind: 'dependencies', step: 'minor' },
    ],
  },
});

/** What the samples of the commands share. */
import type { DependencyAudit } from '../../lib/deps/index.js';

export const advisory = {
  id: 'GHSA-35jh-r3h4-6jhm',
  title: 'Command Injection in lodash',
  url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
  severity: 'high',
  package: 'lodash',
  range: '<4.17.21',
  isDirect: false,
  paths: ['node_modules/lodash'],
  fix: { kind: 'compatible', package: null, version: null },
  allowed: null,
} satisfies DependencyAudit['advisories'][number];

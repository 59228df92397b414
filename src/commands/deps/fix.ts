import * as z from 'zod';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { applyFix, DependencyFix, planFix, withWorkDirectory } from '../../lib/deps/index.js';
import { countOf } from '../../lib/measures.js';
import { advisory } from './sample.js';

const fix = planThenApply(planFix, applyFix);

export default defineCommand({
  flags: z.object({}),
  result: DependencyFix,
  changes: true,
  run: (context, flags) => withWorkDirectory(context, () => fix(context, flags)),
  summary: ({ applied, changes, fixed, tests, branch, backup }) => {
    if (changes === null) return 'no answer: what could be mended is unknown';
    if (changes.length === 0) return 'nothing that a compatible version would mend';
    const what = `${countOf(changes.length, 'package')}, ${countOf(fixed.length, 'known flaw')} mended`;
    if (applied) return `${what}; tests passed, ${branch === null ? `old lock file in ${backup}` : `branch ${branch}`}`;
    return tests === 'failed' ? `tests failed, nothing was kept: ${what}` : `not done: ${what}`;
  },
  view: ({ changes, fixed }, theme) => {
    if (changes === null || changes.length === 0) return '';
    const table = theme.table(
      ['package', 'from', 'to'],
      changes.map(({ path, from, to }) => [path, from, to]),
    );
    return fixed.length === 0 ? table : `${table}\n${theme.dim(`Mends ${fixed.join(', ')}`)}`;
  },
  examples: ['viktoria-ops deps fix --dry-run', 'viktoria-ops deps fix'],
  sample: {
    root: '/srv/app/backend',
    mode: 'branch',
    applied: true,
    changes: [{ path: 'node_modules/lodash', from: '4.17.20', to: '4.17.21' }],
    fixed: [advisory.id],
    remaining: [],
    testCommand: ['npm', 'test'],
    tests: 'passed',
    lockSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    branch: 'deps-fix-2026-11-23-7066d35a',
    backup: null,
  },
});

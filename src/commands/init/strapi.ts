import { defineCommand, planThenApply } from '../../lib/command.js';
import { applyInitStrapi, InitStrapiFlags, InitStrapiResult, planInitStrapi } from '../../lib/init/index.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  options: [['--root <directory>', "the application's directory (default: app.root)"]],
  flags: InitStrapiFlags,
  result: InitStrapiResult,
  run: planThenApply(planInitStrapi, applyInitStrapi),
  changes: true,
  summary: ({ root, files, isWritten }) => {
    const written = files.filter(({ action }) => action === 'create' || action === 'change');
    return `${countOf(written.length, 'file')} ${isWritten ? 'written' : 'would be written'} in ${root}`;
  },
  view: ({ files }, theme) =>
    theme.table(
      ['file', 'action', 'what'],
      files.map(({ path, action, what }) => [path, action, what]),
    ),
  examples: ['viktoria-ops init strapi --root ./backend --dry-run', 'viktoria-ops init strapi'],
  sample: {
    root: '/srv/viktoria/backend',
    language: 'ts',
    isWritten: true,
    files: [
      { path: 'src/index.ts', action: 'change', what: 'the three calls' },
      { path: '.env', action: 'change', what: 'a new HOOK_MONITORING_SECRET' },
      { path: 'config/feature-flags.json', action: 'create', what: 'no flags yet' },
    ],
  },
});

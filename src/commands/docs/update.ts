import { defineCommand, planThenApply } from '../../lib/command.js';
import type { Context } from '../../lib/context.js';
import { applyUpdate, DocsFlags, DocsUpdate, type Draft, planUpdate } from '../../lib/docs/index.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  changes: true,
  options: [
    ['--file <path>', 'where to, ending in .md; the page beside it ends in .html (default: docs.directory)'],
    ['--check', 'write nothing; exit 1 when the handbook is out of date'],
    ['--overwrite', 'let go of what was written outside the keep regions'],
  ],
  flags: DocsFlags,
  result: DocsUpdate,
  run: planThenApply(plan, applyUpdate),
  summary: ({ file, state, sections, kept }) => {
    const unseen = sections.filter((section) => section.state !== 'known').length;
    const parts = [
      `${countOf(sections.length, 'section')}`,
      ...(unseen > 0 ? [`${unseen} could not be looked at`] : []),
      ...(kept.length > 0 ? [`${countOf(kept.length, 'text')} of yours kept`] : []),
    ];
    return `${file} ${{ current: 'is up to date', outdated: 'is out of date', written: 'written' }[state]}: ${parts.join(', ')}`;
  },
  view: ({ difference, state, sections, htmlFile }, theme) =>
    [
      theme.fields([
        ['page', htmlFile],
        ...sections
          .filter((section) => section.state !== 'known')
          .map(({ title, state: seen }) => [title, seen] as const),
      ]),
      ...(state === 'outdated' ? difference : []),
    ].join('\n'),
  examples: [
    'viktoria-ops docs update',
    'viktoria-ops docs update --dry-run',
    'viktoria-ops docs update --file docs/operations-handbook.md --check',
  ],
  sample: {
    file: '/var/lib/viktoria-ops/docs/operations-handbook.md',
    htmlFile: '/var/lib/viktoria-ops/docs/operations-handbook.html',
    state: 'outdated',
    asOf: '2026-11-23T03:00:00.000Z',
    sections: [
      { id: 'contacts', title: 'Contacts', state: 'known' },
      { id: 'hooks', title: 'Lifecycle hooks', state: 'last-known' },
    ],
    kept: ['contacts'],
    difference: ['…', ' | Uptime | ≥ 99.9 % | see how it is now: viktoria-ops health |', '-| old |', '+| new |'],
  },
});

/** The tiers are loaded here: the monthly one has this very command as a step. */
async function plan(context: Context, flags: DocsFlags): Promise<Draft> {
  const { default: list } = await import('../maintenance/list.js');
  const { result } = await list.run(context, {});
  return planUpdate(context, flags, result);
}

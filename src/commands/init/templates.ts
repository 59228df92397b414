import { defineCommand, planThenApply } from '../../lib/command.js';
import { applyInit, InitFlags, InitResult, planInit } from '../../lib/init/index.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  operands: [['[names...]', 'which templates; without a name they are listed']],
  options: [
    ['--output-dir <directory>', 'where they are written, each below its name (default: operations)'],
    ['--list', 'list the templates'],
    ['--diff', 'show the lines that would change, and write nothing'],
    ['--force', 'replace files that differ; what they were is kept as .bak'],
  ],
  flags: InitFlags,
  result: InitResult,
  run: planThenApply(planInit, applyInit),
  changes: true,
  summary: (result) =>
    result.directory === null
      ? `${countOf(result.templates.length, 'template')}; to write some: viktoria-ops init <name> …`
      : written(result),
  view: ({ directory, templates, files }, theme) => {
    if (directory === null)
      return theme.table(
        ['template', 'what it is'],
        templates.map(({ name, summary }) => [name, summary]),
      );
    return [
      theme.table(
        ['file', 'action', 'belongs to'],
        files.map(({ path, action, belongs }) => [path, WORDS[action], belongs]),
      ),
      ...files.filter(({ difference }) => difference.length > 0).map(({ difference }) => difference.join('\n')),
      ...templates.map(({ name, check, next }) =>
        [
          theme.heading(`${name}, in ${directory}`),
          ...(check === null ? [] : [`  check: cd ${name} && ${check}`]),
          ...next.map((step) => `  next: ${step}`),
        ].join('\n'),
      ),
    ].join('\n\n');
  },
  examples: [
    'viktoria-ops init templates',
    'viktoria-ops init templates systemd prometheus grafana --dry-run',
    'viktoria-ops init templates cron --diff --output-dir /srv/operations',
  ],
  sample: {
    directory: '/srv/operations',
    isWritten: true,
    templates: [
      {
        name: 'cron',
        summary: 'a crontab',
        check: null,
        next: ['install -m 644 cron/viktoria-ops /etc/cron.d/viktoria-ops'],
      },
    ],
    files: [
      {
        path: 'cron/viktoria-ops',
        belongs: '/etc/cron.d/viktoria-ops',
        mode: '0644',
        action: 'create',
        difference: [],
        text: 'MAILTO=root\n',
      },
    ],
  },
});

const WORDS = { create: 'create', change: 'replace', keep: 'keep', refuse: 'left as it is' } as const;

function written({ directory, isWritten, files }: InitResult): string {
  const count = files.filter(({ action }) => action === 'create' || action === 'change').length;
  const refused = files.filter(({ action }) => action === 'refuse').length;
  const left = refused === 0 ? '' : `, ${refused} left as ${refused === 1 ? 'it is' : 'they are'}`;
  return `${countOf(count, 'file')} ${isWritten ? 'written' : 'would be written'} in ${directory}${left}`;
}

import { defineCommand } from '../../lib/command.js';
import { ConfigDiff, ConfigDiffFlags, diffConfig } from '../../lib/configuration/index.js';
import { countOf } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  operands: [
    ['[from]', 'a snapshot, now, a directory or env:<name> (default: newest)'],
    ['[to]', 'the same (default: now)'],
  ],
  flags: ConfigDiffFlags,
  result: ConfigDiff,
  run: diffConfig,
  summary: ({ from, to, files, compared }) => {
    const between = `between ${from.label} and ${to.label}`;
    return files.length === 0
      ? `no difference ${between} (${countOf(compared, 'file')})`
      : `${countOf(files.length, 'file')} ${files.length === 1 ? 'differs' : 'differ'} ${between}`;
  },
  view: ({ files }, theme) => files.map((file) => viewFile(file, theme)).join('\n\n'),
  examples: [
    'viktoria-ops config diff',
    'viktoria-ops config diff 5f2a9c31 now',
    'viktoria-ops config diff env:staging env:production',
    'viktoria-ops config diff /srv/old/backend /srv/viktoria/backend',
  ],
  sample: {
    from: { label: 'config-20260101T030000Z-5f2a9c31', at: '2026-01-01T03:00:00.000Z' },
    to: { label: 'now', at: '2026-01-02T09:12:00.000Z' },
    compared: 7,
    files: [
      {
        path: 'config/server.ts',
        kind: 'changed',
        values: [],
        lines: ['@@ -3,1 +3,1 @@', "-  port: env.int('PORT', 1337),", "+  port: env.int('PORT', 1338),"],
        omitted: 0,
      },
      {
        path: '.env',
        kind: 'changed',
        values: [{ key: 'API_TOKEN_SALT', kind: 'changed', before: null, after: null }],
        lines: [],
        omitted: 0,
      },
    ],
  },
});

function viewFile({ path, kind, values, lines, omitted }: ConfigDiff['files'][number], theme: Theme): string {
  const rows = values.map((value) => [value.key, value.kind, value.before ?? '', value.after ?? '']);
  return [
    `${theme.heading(path)} ${kind === 'unknown' ? 'cannot be compared' : kind}`,
    ...(rows.length === 0 ? [] : [theme.table(['key', 'change', 'before', 'after'], rows)]),
    ...lines.map((line) => (/^[+-]/.test(line) ? line : theme.dim(line))),
    ...(kind === 'changed' && rows.length + lines.length === 0
      ? [theme.dim('not in a value, or not to be shown: it may hold secrets')]
      : []),
    ...(omitted === 0 ? [] : [theme.dim(`${countOf(omitted, 'more line')}`)]),
  ].join('\n');
}

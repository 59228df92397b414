import { defineCommand } from '../../lib/command.js';
import { LogTail, TailFlags, type TailRecord, tailLogs } from '../../lib/logs/index.js';
import type { Theme, Tone } from '../../lib/terminal/theme.js';

export default defineCommand({
  options: [
    ['--lines <count>', 'so many of the last lines of each log (default: 10)'],
    ['--no-follow', 'end after these'],
    ['--level <level>', 'this level and graver ones: fatal, error, warn, info, http, debug'],
    ['--grep <pattern>', 'only entries that match a regular expression'],
    ['--hook <text>', 'only entries of hooks whose content type and operation hold this'],
    ['--directory <path>', 'the logs there (default: logs.directory)'],
    ['--pattern <pattern>', 'which files are logs (default: logs.pattern)'],
  ],
  flags: TailFlags,
  result: LogTail,
  run: tailLogs,
  line: (record: TailRecord, theme) => lineOf(record, theme),
  summary: ({ shown, directory }) => `${shown} lines shown of the logs in ${directory}`,
  view: () => '',
  examples: [
    'viktoria-ops logs tail',
    'viktoria-ops logs tail --level error --lines 50',
    "viktoria-ops logs tail --hook 'player afterUpdate' --grep timeout",
    'viktoria-ops logs tail --no-follow -o ndjson',
  ],
  sample: { directory: '/srv/app/backend/logs', shown: 214 },
});

const TONES: Readonly<Record<string, Tone>> = {
  fatal: 'alarm',
  error: 'alarm',
  warn: 'caution',
  debug: 'faint',
  trace: 'faint',
};

/** Lines that go on with an entry are set back. */
function lineOf(record: TailRecord, theme: Theme): string {
  const { file, format, time, level = 'none', message, contentType, operation, durationMs, stack } = record;
  if (format === undefined) return `${theme.tone('faint', file)}  ${message}`;
  const about = [
    contentType && operation && `${contentType} ${operation}`,
    durationMs !== undefined && theme.duration(durationMs),
    stack !== undefined && !stack.startsWith(message) && stack,
  ].filter(Boolean);
  const words = [
    theme.tone('faint', time ?? '–'),
    theme.tone(TONES[level] ?? 'plain', level.padEnd(5)),
    theme.tone('faint', file),
    theme.tone(TONES[level] === 'faint' ? 'faint' : 'plain', message),
    ...about.map((text) => theme.tone('faint', `(${text})`)),
  ];
  return words.join(' ');
}

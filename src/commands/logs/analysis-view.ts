/** An analysis as text. */
import type { LogAnalysis } from '../../lib/logs/index.js';
import type { Theme } from '../../lib/terminal/theme.js';

/** More hours than this are shown as days. */
const MAX_HOURS = 48;

export function analysisView(analysis: LogAnalysis, theme: Theme): string {
  const sections = [facts, messages, hooks, routes, hours, files, samples];
  return sections
    .map((section) => section(analysis, theme))
    .filter((text) => text !== '')
    .join('\n\n');
}

type Section = (analysis: LogAnalysis, theme: Theme) => string;

const facts: Section = ({ directory, firstEntry, lastEntry, levels, totals, isComparable }, theme) =>
  theme.fields([
    ['directory', directory],
    ['from', theme.time(firstEntry)],
    ['to', theme.time(lastEntry)],
    [
      'levels',
      Object.entries(levels)
        .filter(([, count]) => count > 0)
        .map(([level, count]) => `${theme.count(count)} ${level}`)
        .join(', ') || null,
    ],
    ['in no known format', totals.unrecognized === 0 ? null : `${theme.count(totals.unrecognized)} lines`],
    ['new messages', isComparable ? 'come first' : 'unknown: nothing is remembered of an earlier run'],
  ]);

const titled = (title: string, body: string, theme: Theme) => (body === '' ? '' : `${theme.heading(title)}\n${body}`);

const more = ({ kinds, entries }: LogAnalysis['moreMessages'], theme: Theme) =>
  entries === 0 ? '' : `\n${theme.dim(`and ${theme.count(kinds)} more kinds, ${theme.count(entries)} entries`)}`;

const messages: Section = (analysis, theme) => {
  if (analysis.messages.length === 0) return '';
  const rows = analysis.messages.map(({ count, level, isNew, lastSeen, template }) => [
    theme.count(count),
    level,
    isNew ? 'new' : '',
    theme.time(lastSeen),
    template,
  ]);
  const body = theme.table(['count', 'level', 'new', 'last seen', 'message'], rows);
  return titled('Messages', body + more(analysis.moreMessages, theme), theme);
};

type Timing = Omit<LogAnalysis['hooks'][number], 'contentType' | 'operation'>;
const TIMING_HEAD = ['count', 'failed', 'average', 'p50', 'p95', 'p99', 'max'] as const;

const timingCells = ({ count, failures, averageMs, p50Ms, p95Ms, p99Ms, maxMs }: Timing, theme: Theme) => [
  theme.count(count),
  theme.count(failures),
  ...[averageMs, p50Ms, p95Ms, p99Ms, maxMs].map(theme.duration),
];

const hooks: Section = (analysis, theme) => {
  if (analysis.hooks.length === 0) return '';
  const rows = analysis.hooks.map(({ contentType, operation, ...timing }) => [
    `${contentType} ${operation}`,
    ...timingCells(timing, theme),
  ]);
  return titled('Hooks', theme.table(['hook', ...TIMING_HEAD], rows) + more(analysis.moreHooks, theme), theme);
};

const routes: Section = (analysis, theme) => {
  if (analysis.routes.length === 0) return '';
  const rows = analysis.routes.map(({ method, route, ...timing }) => [
    `${method} ${route}`,
    ...timingCells(timing, theme),
  ]);
  return titled('Routes', theme.table(['route', ...TIMING_HEAD], rows) + more(analysis.moreRoutes, theme), theme);
};

const hours: Section = ({ hours: all, zone }, theme) => {
  if (all.length === 0) return '';
  const isMany = all.length > MAX_HOURS;
  const parts = isMany ? daysOf(all) : all;
  const largest = Math.max(...parts.map(({ entries }) => entries));
  const rows = parts.map(({ hour, entries, warnings, errors }) => [
    hour,
    theme.count(entries),
    theme.count(warnings),
    theme.count(errors),
    '█'.repeat(Math.ceil((entries / largest) * 20)),
  ]);
  const body = theme.table([isMany ? 'day' : 'hour', 'entries', 'warnings', 'errors', ''], rows);
  return titled(`${isMany ? 'Days' : 'Hours'} (${zone})`, body, theme);
};

/** Sums by date of the zone's clock. */
function daysOf(all: LogAnalysis['hours']): LogAnalysis['hours'] {
  const days = new Map<string, LogAnalysis['hours'][number]>();
  for (const { hour, start, entries, warnings, errors } of all) {
    const date = hour.slice(0, 10);
    const day = days.get(date) ?? { hour: date, start, entries: 0, warnings: 0, errors: 0 };
    const sums = { entries: day.entries + entries, warnings: day.warnings + warnings, errors: day.errors + errors };
    days.set(date, { ...day, ...sums });
  }
  return [...days.values()];
}

const files: Section = (analysis, theme) => {
  if (analysis.files.length === 0) return '';
  const rows = analysis.files.map(({ name, state, format, sizeBytes, entries, unrecognized, reason }) => [
    name,
    state,
    format,
    theme.bytes(sizeBytes),
    theme.count(entries),
    theme.count(unrecognized),
    reason ?? '',
  ]);
  const head = ['file', 'state', 'format', 'size', 'entries', 'unrecognized', 'reason'];
  return titled('Files', theme.table(head, rows), theme);
};

const samples: Section = (analysis, theme) =>
  titled(
    'In no known format',
    analysis.samples.map(({ file, line }) => `${theme.dim(file)}  ${line}`).join('\n'),
    theme,
  );

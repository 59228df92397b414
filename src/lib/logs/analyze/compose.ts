/** What was counted, as the result of an analysis. Pure. */
import { LEVELS } from '../entries/levels.js';
import { QUARTER_MS, type Zone } from '../entries/zone.js';
import { type Durations, quantileOf } from './durations.js';
import { type Memory, templateKey } from './memory.js';
import type { DirectoryReport } from './read-directory.js';
import type { FileReport } from './read-file.js';
import type { AnalyzedFile, LogAnalysis, MessageGroup } from './result.js';
import type { Quarter, Tally } from './tally.js';
import type { Top } from './top.js';

export interface About {
  readonly directory: string;
  readonly since: number;
  readonly isIncremental: boolean;
  readonly zone: Zone;
  readonly memory: Memory | undefined;
  /** How many of each list. */
  readonly top: number;
  readonly redact: (text: string) => string;
}

/** The result, and every group of messages, also those that are not shown. */
export function compose({ files, olderFiles, tally }: DirectoryReport, about: About) {
  const { directory, since, isIncremental, zone, memory, top, redact } = about;
  const groups = messagesOf(tally, about);
  const restOfGroups = tally.templates.reduce((sum, { restCount }) => sum + restCount, 0);
  const messages = firstOf(groups, top, restOfGroups);
  const hooks = firstOf(timingsOf(tally.hooks), top, tally.hooks.restCount);
  const routes = firstOf(timingsOf(tally.routes), top, tally.routes.restCount);
  const analysis: LogAnalysis = {
    directory,
    since: Number.isFinite(since) ? new Date(since).toISOString() : null,
    isIncremental,
    isComparable: memory !== undefined,
    files: files.map(fileOf),
    olderFiles,
    totals: totalsOf(files, tally),
    firstEntry: isoOf(tally.firstAt),
    lastEntry: isoOf(tally.lastAt),
    levels: levelsOf(tally),
    messages: messages.shown.map((group) => redactGroup(group, redact)),
    moreMessages: messages.more,
    hooks: hooks.shown.map(({ name, ...timing }) => ({ ...twoWords(name, ['contentType', 'operation']), ...timing })),
    moreHooks: hooks.more,
    routes: routes.shown.map(({ name, ...timing }) => ({ ...twoWords(redact(name), ['method', 'route']), ...timing })),
    moreRoutes: routes.more,
    zone: zone.name,
    hours: hoursOf(tally.quarters, zone),
    samples: files.flatMap(({ name, tally: { samples } }) =>
      samples.map((line) => ({ file: name, line: redact(line) })),
    ),
  };
  return { analysis, groups };
}

function fileOf({ name, state, reason, encoding, format, sizeBytes, analyzedBytes, tally }: FileReport): AnalyzedFile {
  const { lines, entries, unrecognized } = tally;
  const counted = { encoding, sizeBytes, analyzedBytes, lines, entries, unrecognized };
  return { name, state, ...(reason && { reason }), ...(format && { format }), ...counted };
}

function totalsOf(files: readonly FileReport[], { undated, earlier }: Tally): LogAnalysis['totals'] {
  const sum = (amountOf: (file: FileReport) => number) => files.reduce((total, file) => total + amountOf(file), 0);
  return {
    analyzedBytes: sum(({ analyzedBytes }) => analyzedBytes),
    lines: sum(({ tally }) => tally.lines),
    entries: sum(({ tally }) => tally.entries),
    continued: sum(({ tally }) => tally.continued),
    unrecognized: sum(({ tally }) => tally.unrecognized),
    tooLong: sum(({ tooLong }) => tooLong),
    midLine: sum(({ isMidLine }) => Number(isMidLine)),
    undated,
    earlier,
  };
}

const redactGroup = (group: MessageGroup, redact: About['redact']): MessageGroup => ({
  ...group,
  template: redact(group.template),
  example: redact(group.example),
  ...(group.stack !== undefined && { stack: redact(group.stack) }),
});

const HOUR_MS = 3_600_000;

const isoOf = (time: number): string | null => (Number.isNaN(time) ? null : new Date(time).toISOString());

/** Entries by hour of the zone's clock; hours without an entry are left out. */
export function hoursOf(quarters: ReadonlyMap<number, Quarter>, zone: Zone): LogAnalysis['hours'] {
  const hours = new Map<number, LogAnalysis['hours'][number]>();
  for (const [number, quarter] of [...quarters].sort(([a], [b]) => a - b)) {
    const offset = zone.offsetAt(number * QUARTER_MS);
    const local = Math.floor((number * QUARTER_MS + offset) / HOUR_MS) * HOUR_MS;
    const start = local - offset;
    const hour = hours.get(start) ?? {
      hour: clockTime(local, offset),
      start: new Date(start).toISOString(),
      ...NOTHING,
    };
    hour.entries += quarter.entries;
    hour.warnings += quarter.warnings;
    hour.errors += quarter.errors;
    hours.set(start, hour);
  }
  return [...hours.values()];
}

const NOTHING = { entries: 0, warnings: 0, errors: 0 } as const;

/** `2026-10-25 02:00 +01:00`. */
function clockTime(local: number, offset: number): string {
  const [hours, minutes] = [Math.floor(Math.abs(offset) / HOUR_MS), (Math.abs(offset) / 60_000) % 60];
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`;
  return `${new Date(local).toISOString().slice(0, 16).replace('T', ' ')} ${zone}`;
}

/** Whether a message was not known before: never seen, or first seen within a period that the memory goes back beyond. */
export function isNewMessage(memory: Memory | undefined, key: string, since: number): boolean {
  if (memory === undefined) return false;
  const known = memory.templates[key];
  if (known === undefined) return true;
  return since >= Date.parse(memory.since) && Date.parse(known.firstSeen) >= since;
}

/** Groups of messages: new ones first, then the gravest, then the most frequent. */
function messagesOf(tally: Tally, { memory, since }: About): MessageGroup[] {
  const groups = tally.templates.flatMap((top, rank) =>
    [...top.items].map(([template, { count, firstAt, lastAt, example, stack }]): MessageGroup => {
      const level = LEVELS[rank] ?? 'none';
      const isNew = isNewMessage(memory, templateKey(level, template), since);
      const seen = { firstSeen: isoOf(firstAt), lastSeen: isoOf(lastAt) };
      return { level, template, count, isNew, ...seen, example, ...(stack !== '' && { stack }) };
    }),
  );
  return groups.sort(
    (a, b) =>
      Number(b.isNew) - Number(a.isNew) ||
      LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
      b.count - a.count ||
      (a.template < b.template ? -1 : 1),
  );
}

/** Timings by name, those that took the most time in all first. */
function timingsOf(top: Top<Durations>) {
  return [...top.items]
    .sort(([, a], [, b]) => b.totalMs - a.totalMs)
    .map(([name, durations]) => ({
      name,
      count: durations.count,
      failures: durations.failures,
      averageMs: round(durations.totalMs / durations.count),
      p50Ms: round(quantileOf(durations, 0.5) ?? 0),
      p95Ms: round(quantileOf(durations, 0.95) ?? 0),
      p99Ms: round(quantileOf(durations, 0.99) ?? 0),
      maxMs: round(durations.maxMs),
    }));
}

const round = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;

/** The first of a list, and how many there are beyond. */
function firstOf<T extends { readonly count: number }>(items: readonly T[], count: number, rest: number) {
  const more = items.slice(count);
  return {
    shown: items.slice(0, count),
    more: { kinds: more.length, entries: more.reduce((sum, item) => sum + item.count, rest) },
  };
}

/** `GET /api/teams/:id` as two fields; the first word is a name without blanks. */
function twoWords<First extends string, Second extends string>(
  name: string,
  [first, second]: readonly [First, Second],
) {
  const blank = name.indexOf(' ');
  return { [first]: name.slice(0, blank), [second]: name.slice(blank + 1) } as Record<First | Second, string>;
}

function levelsOf({ levels }: Tally): LogAnalysis['levels'] {
  return Object.fromEntries(LEVELS.map((level, rank) => [level, levels[rank] ?? 0])) as LogAnalysis['levels'];
}

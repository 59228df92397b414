/** Entries of lines of text that begin with a time: Strapi's console, PostgreSQL's log and csvlog, and plain text. */
import type { Entry, Format } from './entry.js';
import { LEVEL_NAMES, type Level, levelOf, withoutColors } from './levels.js';
import { requestOf } from './request.js';
import type { TimeReader } from './time-reader.js';

/** What of a line is looked at. */
const LONGEST_TEXT = 4_096;
const [ESCAPE, OPEN_BRACKET, LETTER_M] = [0x1b, 0x5b, 0x6d];

/** The entry that begins with a time at `start`; undefined for any other line. `end` is the position of its line feed. */
export function parseTextEntry(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  times: TimeReader,
): Entry | undefined {
  const at = skipColor(bytes, start);
  const isBracketed = bytes[at] === OPEN_BRACKET;
  if (!times.read(bytes, isBracketed ? at + 1 : at)) return undefined;
  const text = decode(bytes, times.end, Math.min(end, times.end + LONGEST_TEXT));
  const parsed = READERS.map((read) => read(text, isBracketed)).find((found) => found !== undefined);
  return parsed && { time: times.time, ...parsed, ...requestPart(parsed.message) };
}

/** Colours that the whole line begins with. */
function skipColor(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== ESCAPE) return start;
  const end = bytes.indexOf(LETTER_M, start);
  return end === -1 || end - start > 8 ? start : end + 1;
}

const decode = (bytes: Uint8Array, start: number, end: number): string =>
  withoutColors(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')).trimEnd();

function requestPart(message: string) {
  const request = requestOf(message);
  return request && { request };
}

type Parsed = Omit<Entry, 'time'>;
type Reader = (text: string, isBracketed: boolean) => Parsed | undefined;

/** PostgreSQL's own words, and those it explains an error with on lines of their own. */
const SEVERITY = /(?:^|\s)(LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG[1-5]): {2}(.*)$/s;
const EXPLANATION = /(?:^|\s)(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION): {2}/;

/** `… UTC [1234] strapi@viktoria ERROR:  message`, with what `log_line_prefix` may put between. */
const readPostgres: Reader = (text) => {
  const [prefix] = /^[^:]*: {2}/.exec(text) ?? [];
  if (prefix !== undefined && EXPLANATION.test(prefix)) {
    return { format: 'postgres', level: 'info', message: '', isAttached: true };
  }
  const [, severity, message] = SEVERITY.exec(text) ?? [];
  if (severity === undefined || message === undefined) return undefined;
  return { format: 'postgres', level: levelOf(severity), message };
};

/** Columns after the time: user, database, pid, client, session, line, tag, start, two transactions, severity, state. */
const CSV_SEVERITY = 10;
const CSV_MESSAGE = 12;

const readCsvLog: Reader = (text) => {
  if (!text.startsWith(',')) return undefined;
  const cells = csvCells(text.slice(1), CSV_MESSAGE + 1);
  const [severity, message] = [cells[CSV_SEVERITY], cells[CSV_MESSAGE]];
  if (severity === undefined || message === undefined) return undefined;
  const level = levelOf(severity);
  return level === 'none' ? undefined : { format: 'csvlog', level, message };
};

/** The first cells of a row, which may go on in the next line. */
function csvCells(text: string, count: number): string[] {
  const cells: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)(?:"|$)|([^,]*))(?:,|$)/gy;
  while (cells.length < count && pattern.lastIndex < text.length) {
    const [, quoted, bare] = pattern.exec(text) ?? [];
    if (quoted === undefined && bare === undefined) break;
    cells.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
  }
  return cells;
}

/** `[2026-11-23 03:00:00.123] info: message`, as Strapi's console has it. */
const readStrapi: Reader = (text, isBracketed) => {
  const [, name = '', message] = (isBracketed && /^\] (\w+): (.*)$/s.exec(text)) || [];
  return message === undefined ? undefined : { format: 'strapi', level: levelOf(name), message };
};

/** A level within the first words, in capitals, brackets or before a colon: else any prose would have one. */
const PLAIN = new RegExp(
  `^[\\s\\]|:-]*(?:[[(]?(?:\\S+[\\])]?\\s+){0,2}?)(?:[[(](${LEVEL_NAMES.join('|')})[\\])]|(${LEVEL_NAMES.join('|').toUpperCase()})\\b|(${LEVEL_NAMES.join('|')}):)[\\s:|-]*(.*)$`,
  's',
);

const readPlain: Reader = (text) => {
  const [, bracketed, capital, before, rest] = PLAIN.exec(text) ?? [];
  const level: Level = levelOf(bracketed ?? capital ?? before ?? '');
  return { format: 'text' satisfies Format, level, message: rest ?? text.replace(/^[\s\]|:-]+/, '') };
};

const READERS: readonly Reader[] = [readCsvLog, readStrapi, readPostgres, readPlain];

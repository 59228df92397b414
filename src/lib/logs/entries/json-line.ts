/** Reads a JSON line where it stands, as `parseJsonEntry` would: what that is asked about, it does not do itself. */
import { decode } from './bytes.js';
import { Interner } from './interner.js';
import { DURATION_FIELDS, epochMs, firstLine, LEVEL_FIELDS, MESSAGE_FIELDS, TIME_FIELDS } from './json-entry.js';
import { FIELDS, type Field, JsonScanner, KIND } from './json-scanner.js';
import { skipBlanks, UNUSUAL } from './json-tokens.js';
import { levelOf, levelOfNumber, rankOf } from './levels.js';
import type { TimeReader } from './time-reader.js';
import { viewOf } from './words.js';

const indexOf = (field: Field): number => FIELDS.indexOf(field);
const [TIMES, RANKS, MESSAGES] = [TIME_FIELDS.map(indexOf), LEVEL_FIELDS.map(indexOf), MESSAGE_FIELDS.map(indexOf)];
const DURATIONS = DURATION_FIELDS.map(indexOf);
const [CONTENT_TYPE, OPERATION] = [indexOf('contentType'), indexOf('operation')];
const [REQUEST, ERROR] = [indexOf('req'), indexOf('err')];
const RANK_OF_NONE = rankOf('none');
const [LINE_FEED, POINT, ZERO] = [0x0a, 0x2e, 0x30];
/** Of one content type; there are ten. */
const MAX_OPERATIONS = 100;

/** Reads one line after the other; its members are those of the last one. */
export class JsonLine {
  time = Number.NaN;
  /** Place of its level in `LEVELS`. */
  rank = RANK_OF_NONE;
  /** Content type and operation; '' where the line is of no hook. */
  hook = '';
  durationMs = Number.NaN;
  /** Where the message stands; both 0 where there is none. */
  messageStart = 0;
  messageEnd = 0;
  hasEscapes = false;

  /** Those that were read last. */
  private bytes: Uint8Array = new Uint8Array();
  private view = viewOf(this.bytes);
  private readonly scanner = new JsonScanner();
  private readonly times: TimeReader;
  private readonly ranks = new Interner(rankOfToken);
  /** By content type: names of hooks by operation. */
  private readonly hooks = new Interner((type) => ({ type, names: new Map<string, string>() }));
  private readonly operations = new Interner((operation) => operation);

  constructor(times: TimeReader) {
    this.times = times;
  }

  /** @returns the position of its line feed, or `UNUSUAL`: then `parseJsonEntry` has to read it */
  read(bytes: Uint8Array, start: number): number {
    if (bytes !== this.bytes) [this.bytes, this.view] = [bytes, viewOf(bytes)];
    const end = this.scanner.scan(this.view, start);
    const lineFeed = end === UNUSUAL ? UNUSUAL : skipBlanks(this.view, end);
    if (lineFeed === UNUSUAL || bytes[lineFeed] !== LINE_FEED) return UNUSUAL;
    const isRead =
      this.readMessage() && this.readTime(bytes) && this.readHook() && this.scanner.kindOf(REQUEST) === KIND.absent;
    if (!isRead) return UNUSUAL;
    this.readRank();
    this.readDuration(bytes);
    return lineFeed;
  }

  /** The first line of the message as text. */
  message(bytes: Uint8Array): string {
    const text = decode(bytes, this.messageStart, this.messageEnd);
    return firstLine(this.hasEscapes ? String(JSON.parse(`"${text}"`)) : text);
  }

  private readMessage(): boolean {
    const { starts, ends } = this.scanner;
    this.messageStart = 0;
    this.messageEnd = 0;
    this.hasEscapes = false;
    for (const field of MESSAGES) {
      const kind = this.scanner.kindOf(field);
      if (kind !== KIND.string && kind !== KIND.escaped) continue;
      this.messageStart = starts[field] ?? 0;
      this.messageEnd = ends[field] ?? 0;
      this.hasEscapes = kind === KIND.escaped;
      return true;
    }
    return this.scanner.kindOf(ERROR) === KIND.absent;
  }

  private readTime(bytes: Uint8Array): boolean {
    this.time = Number.NaN;
    for (const field of TIMES) {
      const kind = this.scanner.kindOf(field);
      const start = this.scanner.starts[field] ?? 0;
      const end = this.scanner.ends[field] ?? 0;
      if (kind === KIND.escaped) return false;
      if (kind === KIND.number) this.time = epochMs(numberAt(bytes, start, end));
      if (kind === KIND.string && this.times.read(bytes, start) && this.times.end === end) this.time = this.times.time;
      if (kind === KIND.number || kind === KIND.string) return true;
    }
    return true;
  }

  private readRank(): void {
    this.rank = RANK_OF_NONE;
    for (const field of RANKS) {
      const kind = this.scanner.kindOf(field);
      if (kind === KIND.absent || kind === KIND.other) continue;
      const quotes = kind === KIND.number ? 0 : 1;
      const start = this.scanner.starts[field] ?? 0;
      const end = this.scanner.ends[field] ?? 0;
      this.rank = this.ranks.get(this.view, start - quotes, end + quotes);
      return;
    }
  }

  private readHook(): boolean {
    this.hook = '';
    const { starts, ends } = this.scanner;
    const type = this.scanner.kindOf(CONTENT_TYPE);
    const operation = this.scanner.kindOf(OPERATION);
    if (type === KIND.escaped || operation === KIND.escaped) return false;
    if (type !== KIND.string || operation !== KIND.string) return true;
    const { type: name, names } = this.hooks.get(this.view, starts[CONTENT_TYPE] ?? 0, ends[CONTENT_TYPE] ?? 0);
    const operationName = this.operations.get(this.view, starts[OPERATION] ?? 0, ends[OPERATION] ?? 0);
    const known = names.get(operationName);
    this.hook = known ?? `${name} ${operationName}`;
    if (known === undefined && names.size < MAX_OPERATIONS) names.set(operationName, this.hook);
    return true;
  }

  private readDuration(bytes: Uint8Array): void {
    this.durationMs = Number.NaN;
    for (const field of DURATIONS) {
      if (this.scanner.kindOf(field) !== KIND.number) continue;
      this.durationMs = numberAt(bytes, this.scanner.starts[field] ?? 0, this.scanner.ends[field] ?? 0);
      return;
    }
  }
}

/** A level as it stands in the line, quotes and all. */
function rankOfToken(token: string): number {
  const value: unknown = JSON.parse(token);
  return rankOf(typeof value === 'number' ? levelOfNumber(value) : levelOf(String(value)));
}

/** So many digits are exact as a whole number, and so is the power of ten it is divided by. */
const EXACT_DIGITS = 15;

function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let whole = 0;
  let scale = 0;
  for (let at = start; at < end && end - start <= EXACT_DIGITS; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === POINT) scale = 1;
    else if (byte < ZERO || byte > ZERO + 9) return Number(decode(bytes, start, end));
    else {
      whole = whole * 10 + byte - ZERO;
      scale *= 10;
    }
  }
  return end - start > EXACT_DIGITS ? Number(decode(bytes, start, end)) : whole / (scale || 1);
}

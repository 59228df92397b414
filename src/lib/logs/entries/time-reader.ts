/** Reads the times that log lines begin with, from bytes: `2026-11-23T03:00:00.123Z`, `2026-11-23 03:00:00,123 CET`. */
import { isCapital, isDigit, startsWith } from './bytes.js';
import type { Zone } from './zone.js';

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;
const NONE = -1;
/** `2026-11-23T03:00` */
const MINUTE_LENGTH = 16;

/** Abbreviations that PostgreSQL and others write; those of more than one meaning stand for the European one. */
const ABBREVIATIONS: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  WET: 0,
  WEST: 1,
  BST: 1,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  MSK: 3,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

/** Reads one time after the other; `time` and `end` are those of the last one. */
export class TimeReader {
  /** Milliseconds since the epoch. */
  time = Number.NaN;
  /** The position after it. */
  end = 0;
  private readonly zone: Zone;
  /** Date, hours and minutes as read last, and what they are as if they were UTC: most lines have the same. */
  private readonly minute = new Uint8Array(MINUTE_LENGTH);
  private minuteStart = Number.NaN;

  /** A time that names no zone is one of this. */
  constructor(zone: Zone) {
    this.zone = zone;
  }

  /** Whether a time stands at `start`. The bytes must go on to a line feed. */
  read(bytes: Uint8Array, start: number): boolean {
    const isKnown = !Number.isNaN(this.minuteStart) && startsWith(bytes, start, this.minute);
    if (!isKnown && !this.readMinute(bytes, start)) return false;
    this.end = start + MINUTE_LENGTH;
    const local = this.minuteStart + this.readSeconds(bytes);
    const offset = this.readOffset(bytes);
    this.time = offset === undefined ? this.zone.toUtc(local) : local - offset;
    return true;
  }

  private readMinute(bytes: Uint8Array, start: number): boolean {
    if (bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS || bytes[start + 13] !== COLON) return false;
    if (bytes[start + 10] !== LETTER_T && bytes[start + 10] !== SPACE) return false;
    const [century, years] = [twoDigits(bytes, start), twoDigits(bytes, start + 2)];
    const [month, day] = [twoDigits(bytes, start + 5), twoDigits(bytes, start + 8)];
    if (century < 0 || years < 0 || month < 1 || month > 12 || day < 1 || day > 31) return false;
    const [hours, minutes] = [twoDigits(bytes, start + 11), twoDigits(bytes, start + 14)];
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
    this.minuteStart = Date.UTC(century * 100 + years, month - 1, day, hours, minutes);
    this.minute.set(bytes.subarray(start, start + MINUTE_LENGTH));
    return true;
  }

  /** Seconds and their fraction in ms, where there are any. */
  private readSeconds(bytes: Uint8Array): number {
    const seconds = bytes[this.end] === COLON ? twoDigits(bytes, this.end + 1) : NONE;
    if (seconds < 0 || seconds > 60) return 0;
    this.end += 3;
    if ((bytes[this.end] !== POINT && bytes[this.end] !== COMMA) || !isDigit(bytes[this.end + 1]))
      return seconds * 1000;
    let fraction = 0;
    let scale = 1000;
    for (this.end++; isDigit(bytes[this.end]); this.end++) {
      scale /= 10;
      if (scale >= 1) fraction += ((bytes[this.end] ?? ZERO) - ZERO) * scale;
    }
    return seconds * 1000 + fraction;
  }

  /** The offset from UTC in ms; undefined where none is written. */
  private readOffset(bytes: Uint8Array): number | undefined {
    const first = bytes[this.end];
    if (first === LETTER_Z) {
      this.end++;
      return 0;
    }
    if (first === SPACE) return this.readAbbreviation(bytes) ?? this.readSpacedOffset(bytes);
    return this.readNumber(bytes);
  }

  /** As PostgreSQL writes zones that have no abbreviation: `2026-11-23 03:00:00.123 -03 [4711]`. */
  private readSpacedOffset(bytes: Uint8Array): number | undefined {
    const before = this.end++;
    const offset = this.readNumber(bytes);
    const after = bytes[this.end];
    if (offset !== undefined && (after === SPACE || after === COMMA || after === LINE_FEED)) return offset;
    this.end = before;
    return undefined;
  }

  private readNumber(bytes: Uint8Array): number | undefined {
    const first = bytes[this.end];
    const hours = first === PLUS || first === MINUS ? twoDigits(bytes, this.end + 1) : NONE;
    if (hours < 0) return undefined;
    this.end += 3;
    const minutes = twoDigits(bytes, bytes[this.end] === COLON ? this.end + 1 : this.end);
    if (minutes >= 0) this.end += bytes[this.end] === COLON ? 3 : 2;
    return (first === MINUS ? -1 : 1) * (hours * 60 + Math.max(0, minutes)) * 60_000;
  }

  private readAbbreviation(bytes: Uint8Array): number | undefined {
    let end = this.end + 1;
    while (isCapital(bytes[end]) && end < this.end + 6) end++;
    const hours = ABBREVIATIONS[String.fromCharCode(...bytes.subarray(this.end + 1, end))];
    if (hours === undefined) return undefined;
    this.end = end;
    return hours * 3_600_000;
  }
}

/** The number two digits stand for, or `NONE`. */
function twoDigits(bytes: Uint8Array, start: number): number {
  const tens = (bytes[start] ?? 0) - ZERO;
  const ones = (bytes[start + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NONE;
}

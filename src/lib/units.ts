/** Durations and sizes as operators write them (`30s`, `24h`, `100MB`), parsed once at the edge into ms and bytes. */
import * as z from 'zod';

export const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
export const BYTES = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;

function parse(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim());
  const factor = match?.[2] === undefined ? undefined : units[match[2]];
  return factor === undefined ? undefined : Math.round(Number(match?.[1]) * factor);
}

/** Milliseconds in `30s`, `5m`, `24h`, `7d`, `2w`; undefined for anything else: a bare number has no unit. */
export const parseDuration = (text: string): number | undefined => parse(text, MILLISECONDS);

/** Bytes in `100MB`, `1.5GiB`; undefined for anything else. */
export const parseSize = (text: string): number | undefined => parse(text, BYTES);

function write(value: number, units: Readonly<Record<string, number>>): string {
  if (value === 0) return `0${Object.keys(units)[0]}`;
  const exact = Object.entries(units).filter(([, factor]) => value % factor === 0);
  const [unit, factor] = exact.reduce((best, candidate) => (candidate[1] > best[1] ? candidate : best));
  return `${value / factor}${unit}`;
}

/** A duration as it is configured: 5000 is `5s`. */
export const writeDuration = (milliseconds: number): string => write(milliseconds, MILLISECONDS);

/** A size as it is configured: 100000000 is `100MB`. */
export const writeSize = (bytes: number): string => write(bytes, BYTES);

/** Times that far away have no four-digit year, and beyond that no date at all. */
const LONGEST_MS = 36_500 * MILLISECONDS.d;

function quantity(parser: (text: string) => number | undefined, expected: string) {
  return z.string({ error: `expected ${expected}` }).transform((text, context) => {
    const value = parser(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
}

const AnyDuration = quantity(parseDuration, 'a duration with its unit, such as 30s, 5m, 24h or 7d');

/** Schema: text with a unit in, milliseconds out, and no more of them. A check is one schema more, a pipe would be three. */
export const durationUpTo = (longestMs: number) =>
  AnyDuration.refine((milliseconds) => milliseconds <= longestMs, `expected ${writeDuration(longestMs)} at most`);

/** Schema: text with a unit in, milliseconds out. */
export const Duration = durationUpTo(LONGEST_MS);

/** Timers and the limits of PostgreSQL count milliseconds in 31 bits; one above that would be over at once, or refused. */
export const TimeLimit = durationUpTo(24 * MILLISECONDS.d);

/** Schema: text with a unit in, bytes out. */
export const Size = quantity(parseSize, 'a size with its unit, such as 100MB or 1GiB');

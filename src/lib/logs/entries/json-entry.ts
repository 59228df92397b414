/** An entry of a JSON line, read by `JSON.parse`: what the scanner leaves, and what it is measured by. */
import type { Entry, LoggedRequest } from './entry.js';
import { type Level, levelOf, levelOfNumber } from './levels.js';
import { requestOf } from './request.js';
import type { TimeReader } from './time-reader.js';

type Json = Readonly<Record<string, unknown>>;

/** Preferred first. */
export const TIME_FIELDS = ['timestamp', 'time', '@timestamp', 'ts'] as const;
export const LEVEL_FIELDS = ['level', 'severity'] as const;
export const MESSAGE_FIELDS = ['message', 'msg'] as const;
export const DURATION_FIELDS = ['executionTime', 'durationMs', 'duration'] as const;

/** The entry a JSON object stands for; undefined for a line that is none. */
export function parseJsonEntry(line: string, times: TimeReader): Entry | undefined {
  const json = parseObject(line);
  if (json === undefined) return undefined;
  const message = firstLine(messageOf(json));
  const level = levelIn(json);
  const [contentType, operation] = [textAt(json, ['contentType']), textAt(json, ['operation'])];
  const durationMs = numberAt(json, DURATION_FIELDS);
  const request = requestIn(json) ?? requestOf(message);
  const stack = textAt(json, ['stack']) ?? textAt(objectAt(json, 'err'), ['stack']);
  return {
    format: 'json',
    time: timeIn(json, times),
    level,
    message,
    ...(contentType !== undefined && operation !== undefined && { contentType, operation }),
    ...(durationMs !== undefined && { durationMs }),
    ...(request && { request }),
    ...(stack !== undefined && { stack }),
  };
}

function parseObject(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectAt = (json: Json, name: string): Json => {
  const value = json[name];
  return isObject(value) ? value : {};
};

function textAt(json: Json, names: readonly string[]): string | undefined {
  return names.map((name) => json[name]).find((value) => typeof value === 'string');
}

function numberAt(json: Json, names: readonly string[]): number | undefined {
  return names.map((name) => json[name]).find((value) => typeof value === 'number');
}

function scalarAt(json: Json, names: readonly string[]): string | number | undefined {
  return names.map((name) => json[name]).find((value) => typeof value === 'string' || typeof value === 'number');
}

function timeIn(json: Json, times: TimeReader): number {
  const value = scalarAt(json, TIME_FIELDS);
  if (typeof value === 'number') return epochMs(value);
  return value === undefined ? Number.NaN : timeOfText(new TextEncoder().encode(`${value}\n`), times);
}

/** The time that a text is, and nothing else; NaN for any other. */
function timeOfText(bytes: Uint8Array, times: TimeReader): number {
  return times.read(bytes, 0) && times.end === bytes.length - 1 ? times.time : Number.NaN;
}

/** Below this a number of seconds is meant: as ms it would be a day of 1973. */
const SECONDS_BELOW = 1e11;

/** From here on a year has five digits, and soon there is no calendar. */
const YEAR_10000 = Date.UTC(10_000, 0);

/** Numbers are seconds or milliseconds since the epoch; NaN for one that is no time of a log. */
export function epochMs(value: number): number {
  const time = value < SECONDS_BELOW ? value * 1000 : value;
  return time >= 0 && time < YEAR_10000 ? time : Number.NaN;
}

function levelIn(json: Json): Level {
  const value = scalarAt(json, LEVEL_FIELDS);
  if (value === undefined) return 'none';
  return typeof value === 'number' ? levelOfNumber(value) : levelOf(value);
}

const messageOf = (json: Json): string =>
  textAt(json, MESSAGE_FIELDS) ?? textAt(objectAt(json, 'err'), MESSAGE_FIELDS) ?? '';

/** Messages of several lines are told apart by the first. */
export const firstLine = (text: string): string => /^[^\r\n]*/.exec(text)?.[0] ?? '';

/** pino-http's objects. */
function requestIn(json: Json): LoggedRequest | undefined {
  const { method, url } = objectAt(json, 'req');
  const { statusCode } = objectAt(json, 'res');
  const durationMs = numberAt(json, ['responseTime']);
  if (typeof method !== 'string' || typeof url !== 'string') return undefined;
  if (typeof statusCode !== 'number' || durationMs === undefined) return undefined;
  return { method, path: /^[^?#]*/.exec(url)?.[0] ?? '', durationMs, status: statusCode };
}

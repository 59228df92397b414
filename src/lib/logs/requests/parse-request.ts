/** Requests of access logs: the combined format of nginx, Apache and others, Caddy's JSON, pino-http and Strapi. */
import { isIP } from 'node:net';
import { epochMs } from '../entries/json-entry.js';
import { parseEntry } from '../entries/parse-entry.js';
import type { TimeReader } from '../entries/time-reader.js';
import type { AccessRequest } from './request.js';

/** What of a line is looked at: a longer one is an attack or no request. */
const LONGEST_LINE = 16_384;
const OPEN_BRACE = 0x7b;

/** The request that the line from `start` to its line feed at `end` tells of; undefined for any other line. */
export function parseRequest(
  bytes: Uint8Array,
  line: { readonly start: number; readonly end: number },
  times: TimeReader,
): AccessRequest | undefined {
  const { start, end } = line;
  if (end - start > LONGEST_LINE) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  const found = bytes[start] === OPEN_BRACE ? parseJson(text) : parseCombined(text);
  if (found) return found;
  const entry = parseEntry(bytes, line, times);
  return entry?.request && { time: entry.time, ...entry.request, address: null, site: null };
}

/** Address, two names, time, request line, status, size; then referer and agent where they are logged. */
const COMBINED =
  /^(\S+) \S+ .{1,100}? ?\[(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})\] "([A-Z]{3,10}) ([^\s"]*)[^"]*" (\d{3}) (?:\d+|-)(?: "([^"]*)")?/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function parseCombined(line: string): AccessRequest | undefined {
  const [, address = '', day, month = '', year, clock, hours, minutes, method, url, status, referer] =
    COMBINED.exec(line) ?? [];
  if (method === undefined || url === undefined) return undefined;
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const time = Date.parse(`${year}-${number}-${day}T${clock}${hours}:${minutes}`);
  return requestOf({ time, address, method, url, status: Number(status), page: referer });
}

/** `"request": { "remote_ip", "method", "uri", "headers" }, "status"` of Caddy; pino-http's `req` and `res`. */
function parseJson(line: string): AccessRequest | undefined {
  const json = objectOf(line);
  const [caddy, pino, answer] = [json.request, json.req, json.res].map(asObject);
  const request = caddy?.method === undefined ? pino : caddy;
  const { method, uri, url = uri } = request ?? {};
  const status = json.status ?? answer?.statusCode;
  if (typeof method !== 'string' || typeof url !== 'string' || typeof status !== 'number') return undefined;
  const address = request?.client_ip ?? request?.remote_ip ?? request?.remoteAddress;
  const headers = asObject(request?.headers) ?? {};
  const page = [headers.Origin, headers.origin, headers.Referer, headers.referer].map(firstText).find(Boolean);
  return requestOf({ time: timeOf(json.ts ?? json.time), address, method, url, status, page });
}

interface Raw {
  readonly time: number;
  readonly address: unknown;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly page: string | undefined;
}

function requestOf({ address, url, page, ...rest }: Raw): AccessRequest {
  const isAddress = typeof address === 'string' && isIP(address) !== 0;
  return { ...rest, address: isAddress ? address : null, path: pathOf(url), site: siteOf(page) };
}

/** A proxy is asked by whole addresses: the path of one is what it is. */
function pathOf(url: string): string {
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/]*/i, '');
  const end = local.search(/[?#]/);
  return (end === -1 ? local : local.slice(0, end)) || '/';
}

/** By hand: the parser of addresses takes longer than all the rest of the line. */
const siteOf = (page = ''): string | null =>
  /^https?:\/\/(?:[^/?#@]*@)?([^/?#@\s]{1,255})/i.exec(page)?.[1]?.toLowerCase() ?? null;

function timeOf(value: unknown): number {
  if (typeof value === 'number') return epochMs(value);
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const asObject = (value: unknown): Json | undefined => (isObject(value) ? value : undefined);

function objectOf(line: string): Json {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Caddy's headers are lists. */
function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

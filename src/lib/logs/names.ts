/** Names of logs and of what rotation makes of them. The name alone says what a file is: there is no state to lose. */
import { randomBytes } from 'node:crypto';

/** `app.log-20261123T030000Z.1.zst`: the log, when it was rotated, which one of that second, how it is compressed. */
export interface RotatedName {
  readonly log: string;
  /** Undefined for the plain `app.log.gz` that `gzip app.log` leaves. */
  readonly rotatedAt: Date | undefined;
  readonly isCompressed: boolean;
}

/** What a pattern such as `*.log` stands for: `*` is any text, `?` any character; as in a shell, no hidden files. */
export function patternToRegExp(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  return new RegExp(`^(?!\\.)${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
}

/** Name of a log rotated at this time, without the extension of a compressor. */
export function rotatedName(log: string, at: Date): string {
  const stamp = at.toISOString().replace(/\.\d+Z$/, 'Z');
  return `${log}-${stamp.replace(/[-:]/g, '')}`;
}

const ROTATED = /^(?<log>.+)-(?<stamp>\d{8}T\d{6}Z)(?:\.\d+)?(?<extension>\.gz|\.zst)?$/s;
const GZIPPED = /^(?<log>.+)\.gz$/s;

/** Reads a name made by rotation; undefined for any other, and for what no log of this pattern was rotated to. */
export function parseRotatedName(name: string, logs: RegExp): RotatedName | undefined {
  const { log, stamp, extension } = (ROTATED.exec(name) ?? GZIPPED.exec(name))?.groups ?? {};
  if (log === undefined || !logs.test(log)) return undefined;
  return {
    log,
    rotatedAt: stamp === undefined ? undefined : parseStamp(stamp),
    isCompressed: stamp === undefined || extension !== undefined,
  };
}

/** The same name before compression. */
export const uncompressedName = (name: string): string => name.replace(/\.(gz|zst)$/, '');

/** `app.log-….zst.0123456789ab.partial`: a name for a file in the making, never the same twice. */
export const partialName = (whole: string): string => `${whole}.${randomBytes(6).toString('hex')}.partial`;

/** The name a file in the making is to get; any other name as it is. */
export const wholeName = (name: string): string => name.replace(/\.[0-9a-f]{12}\.partial$/, '');

/** The nth name to try when others are taken: `app.log-….zst` becomes `app.log-….1.zst`. */
export function numberedName(name: string, number: number): string {
  if (number === 0) return name;
  const [, stem, extension] = /^(.*?)(\.gz|\.zst)?$/s.exec(name) ?? [];
  return `${stem}.${number}${extension ?? ''}`;
}

function parseStamp(stamp: string): Date | undefined {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

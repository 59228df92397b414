/** What can run out, and how its figures read. A resource is named `disk /`: its kind, then which one. */
import { formatBytes, formatDuration, formatNumber, formatPercent } from '../measures.js';

export type Unit = 'bytes' | 'count' | 'share' | 'seconds' | 'bytesPerSecond' | 'perSecond';

interface Kind {
  readonly unit: Unit;
  /** What it is at its limit. */
  readonly atLimit: string;
}

/** A resource of an unknown kind, such as a column of a file, is a plain number. */
const PLAIN: Kind = { unit: 'count', atLimit: 'at its limit' };

const KINDS: Readonly<Record<string, Kind>> = {
  disk: { unit: 'bytes', atLimit: 'full' },
  inodes: { unit: 'count', atLimit: 'used up' },
  database: { unit: 'bytes', atLimit: 'full' },
  table: { unit: 'bytes', atLimit: 'full' },
  connections: { unit: 'count', atLimit: 'used up' },
  sequence: { unit: 'share', atLimit: 'used up' },
  xid: { unit: 'count', atLimit: 'at wraparound' },
  multixact: { unit: 'count', atLimit: 'at wraparound' },
  'queue-size': PLAIN,
  'queue-age': { unit: 'seconds', atLimit: 'at its limit' },
  // Of the application, by its own account.
  cpu: { unit: 'share', atLimit: 'used up' },
  memory: { unit: 'share', atLimit: 'used up' },
  'application-disk': { unit: 'share', atLimit: 'full' },
  network: { unit: 'bytesPerSecond', atLimit: 'at its limit' },
  users: PLAIN,
  requests: { unit: 'perSecond', atLimit: 'at its limit' },
};

/** `disk /` is a `disk`. */
export const kindOf = (resource: string): string => resource.replace(/ .*/s, '');

export function describeKind(resource: string): Kind {
  const kind = kindOf(resource);
  return (Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined) ?? PLAIN;
}

export const unitOf = (resource: string): Unit => describeKind(resource).unit;

const perSecond = (text: string) => `${text}/s`;

const FORMATS = {
  bytes: formatBytes,
  count: formatCount,
  share: (value) => formatPercent(Math.round(value * 1_000) / 1_000),
  seconds: (value) => formatDuration(value * 1_000),
  bytesPerSecond: (value) => perSecond(formatBytes(value)),
  perSecond: (value) => perSecond(formatCount(value)),
} as const satisfies Record<Unit, (value: number) => string>;

/** A figure as people read it, with three or four digits that count. */
export const formatFigure = (unit: Unit, value: number): string =>
  FORMATS[unit](unit.startsWith('bytes') ? Math.round(value) : value);

/** `+1.2 GB`, with a sign that people and screen readers know. */
export const formatChange = (unit: Unit, change: number): string =>
  `${change < 0 ? '−' : '+'}${formatFigure(unit, Math.abs(change))}`;

function formatCount(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3;
  return formatNumber(value, digits);
}

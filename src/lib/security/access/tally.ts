/** Counts what access logs say, in memory that no attacker can make grow. */
import type { AccessRequest } from '../../logs/index.js';
import { sourceOf } from './address.js';
import { Distinct } from './distinct.js';
import { Frequent } from './frequent.js';
import { type Probe, probeOf } from './probes.js';

/** Addresses, and sites, that are kept apart: some megabytes. */
const CAPACITY = 4_096;
const HOUR_MS = 3_600_000;
/** Hours kept apart: more than a year. Times beyond are counted without one. */
const MAX_HOURS = 10_000;
const LONGEST_EXAMPLE = 120;
/** Logins that wait for those of other logs: some megabytes. In a flood the older half is counted before its turn. */
const MOST_ATTEMPTS = 100_000;

/** A login that is not counted yet. */
interface Attempt {
  readonly time: number;
  /** As `time`, or that of the line before. */
  readonly order: number;
  readonly isRefused: boolean;
  readonly source: string | undefined;
}

export interface Logins {
  failed: number;
  /** The most failures in one hour, and when that hour began. */
  peak: number;
  peakHour: number;
  /** Failures before the last login that went well; 0 when none did. */
  failedBefore: number;
  succeededAt: number;
  hour: number;
  inHour: number;
}

export interface Scan {
  missing: number;
  readonly paths: Distinct;
  probes: number;
  example: string;
}

export interface ProbeCount {
  readonly probe: Probe;
  asked: number;
  answered: number;
  example: string;
}

/** What was counted of the logs of one kind: those that name addresses, or those that do not. */
export class AccessTally {
  requests = 0;
  failedLogins = 0;
  /** Failed logins by hour since the epoch. */
  readonly hours = new Map<number, number>();
  readonly logins = new Frequent<Logins>(CAPACITY);
  readonly scans = new Frequent<Scan>(CAPACITY);
  readonly sites = new Frequent<{ requests: number }>(CAPACITY);
  readonly probes = new Map<string, ProbeCount>();
  private readonly loginPaths: ReadonlySet<string>;
  private readonly attempts: Attempt[] = [];

  constructor(loginPaths: readonly string[]) {
    this.loginPaths = new Set(loginPaths.map(normalize));
  }

  add(request: AccessRequest): void {
    const { method, path, status, site, address } = request;
    const source = address === null ? undefined : sourceOf(address);
    this.requests++;
    if (method === 'POST' && this.loginPaths.has(normalize(path))) this.addLogin(request, source);
    if (site !== null && CHANGES.has(method) && status < 400) this.sites.add(site, () => ({ requests: 0 })).requests++;
    const probe = probeOf(path);
    if (probe) this.addProbe(probe, request);
    if (source !== undefined && (probe || status === 404)) this.addScan(source, request, probe);
  }

  /** Counts the logins that wait. Several logs come one after the other, and only in order tell what came after what. */
  settle(): void {
    this.count(Number.POSITIVE_INFINITY);
  }

  private addLogin({ status, time }: AccessRequest, source: string | undefined): void {
    const isRefused = REFUSED.has(status);
    if (status >= 400 && !isRefused) return;
    const order = Number.isNaN(time) ? (this.attempts.at(-1)?.order ?? 0) : time;
    this.attempts.push({ time, order, isRefused, source });
    if (this.attempts.length >= MOST_ATTEMPTS) this.count(MOST_ATTEMPTS / 2);
  }

  private count(most: number): void {
    this.attempts.sort((one, other) => one.order - other.order);
    for (const attempt of this.attempts.splice(0, most)) this.countLogin(attempt);
  }

  private countLogin({ time, isRefused, source }: Attempt): void {
    if (!isRefused) {
      const known = source === undefined ? undefined : this.logins.get(source);
      if (known) Object.assign(known, { failedBefore: known.failed, succeededAt: time });
      return;
    }
    this.failedLogins++;
    const hour = Math.floor(time / HOUR_MS);
    const inHour = this.hours.get(hour);
    if (inHour !== undefined || this.hours.size < MAX_HOURS) this.hours.set(hour, (inHour ?? 0) + 1);
    if (source !== undefined) countFailure(this.logins.add(source, noLogins), hour);
  }

  private addProbe(probe: Probe, { status, path }: AccessRequest): void {
    const known = this.probes.get(probe.what) ?? { probe, asked: 0, answered: 0, example: '' };
    this.probes.set(probe.what, known);
    known.asked++;
    const isAnswered = status >= 200 && status < 300;
    // Of those that were answered, if any was.
    if (known.example === '' || (isAnswered && known.answered === 0)) known.example = path.slice(0, LONGEST_EXAMPLE);
    if (isAnswered) known.answered++;
  }

  private addScan(source: string, { path, status }: AccessRequest, probe: Probe | undefined): void {
    const scan = this.scans.add(source, () => ({ missing: 0, paths: new Distinct(), probes: 0, example: '' }));
    if (status === 404) {
      scan.missing++;
      scan.paths.add(path);
    }
    if (probe) scan.probes++;
    scan.example ||= path.slice(0, LONGEST_EXAMPLE);
  }
}

/** Refused by Strapi, its rate limit, or something before it. */
const REFUSED: ReadonlySet<number> = new Set([400, 401, 403, 429]);
const CHANGES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Strapi's router takes capitals and a slash at the end for the same path. */
const normalize = (path: string): string => path.toLowerCase().replace(/\/+$/, '');

const noLogins = (): Logins => ({
  failed: 0,
  peak: 0,
  peakHour: Number.NaN,
  failedBefore: 0,
  succeededAt: Number.NaN,
  hour: Number.NaN,
  inHour: 0,
});

function countFailure(logins: Logins, hour: number): void {
  logins.failed++;
  logins.inHour = Object.is(logins.hour, hour) ? logins.inHour + 1 : 1;
  logins.hour = hour;
  if (logins.inHour > logins.peak) Object.assign(logins, { peak: logins.inHour, peakHour: hour });
}

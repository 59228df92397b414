/** Resource usage over time: a sample every ten seconds here, one a minute in the archive. */
import type { ResourceUsage, SystemMetrics } from '../contract/index.js';
import type { Archive } from './archive/index.js';
import type { EventRow } from './archive/tables.js';
import { withDeadline } from './deadline.js';
import { DAY_MS, startOf, windowLength } from './history/periods.js';
import type { HostProbe } from './host.js';

/** What only the application knows. */
export interface Activity {
  /** Requests answered since the start. */
  readonly requests: number;
  readonly activeUsers: number;
}

export interface UsageOptions {
  readonly probe: HostProbe;
  readonly activity: () => Activity;
  readonly instance: string;
  readonly archive: () => Archive | undefined;
  readonly push: (row: EventRow) => void;
}

export interface Usage {
  /** Begins to sample; its timer does not keep the process alive. */
  readonly start: () => void;
  readonly stop: () => void;
  /** The last sample of this process. */
  readonly latest: () => ResourceUsage | undefined;
  /** Oldest first, of every instance; the last day unless said. Means of each step. */
  readonly read: (question: UsageQuestion) => Promise<ResourceUsage[]>;
}

interface UsageQuestion {
  /** ISO-8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Such as `5m`; as fine as there are samples, and not too many, unless said. */
  readonly step?: string | undefined;
}

const SAMPLE_INTERVAL_MS = 10_000;
/** A day of samples. */
const SAMPLES_KEPT = DAY_MS / SAMPLE_INTERVAL_MS;
const SAMPLES_A_MINUTE = 60_000 / SAMPLE_INTERVAL_MS;
/** Points of one instance in an answer. */
const POINTS_AT_MOST = 1_000;
const ARCHIVE_DEADLINE_MS = 3_000;

export function createUsage({ probe, activity, instance, archive, push }: UsageOptions): Usage {
  const samples: ResourceUsage[] = [];
  let timer: NodeJS.Timeout | undefined;
  const readActivity = sinceLastRead(activity);
  let count = 0;

  const sample = async () => {
    samples.push({ ...toUsage(await probe.read()), ...readActivity(), instance });
    if (samples.length > SAMPLES_KEPT) samples.shift();
    if (++count % SAMPLES_A_MINUTE > 0) return;
    const [minute] = meansOf(samples.slice(-SAMPLES_A_MINUTE), DAY_MS);
    if (!minute) return;
    const { timestamp } = samples.at(-1) ?? minute;
    push({ kind: 'usage', id: `${instance}/usage/${count}`, at: timestamp, body: { ...minute, timestamp } });
  };
  return {
    start() {
      // A sample that cannot be taken is left out.
      timer ??= setInterval(() => void sample().catch(() => undefined), SAMPLE_INTERVAL_MS).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    latest: () => samples.at(-1),
    async read({ from, to, step }) {
      const end = to === undefined ? Date.now() : Date.parse(to);
      const begin = from === undefined ? end - DAY_MS : Date.parse(from);
      const stepMs = stepOf(end - begin, step);
      const archived = async () => (await archive()?.usage({ from: begin, to: end }, stepMs)) ?? [];
      const kept = await withDeadline(archived, ARCHIVE_DEADLINE_MS).catch(() => []);
      const own = samples.filter(({ timestamp }) => isWithin(Date.parse(timestamp), begin, end));
      return meansOf([...withoutOurs(kept, own, stepMs), ...own], stepMs);
    },
  };
}

/** Rates are means since the read before. */
function sinceLastRead(activity: () => Activity): () => Pick<ResourceUsage, 'activeUsers' | 'requestsPerSecond'> {
  let before = { at: performance.now(), requests: activity().requests };
  return () => {
    const { requests, activeUsers } = activity();
    const at = performance.now();
    const requestsPerSecond = ((requests - before.requests) * 1000) / (at - before.at);
    before = { at, requests };
    return { activeUsers, requestsPerSecond };
  };
}

/** Our samples are finer than what we archived of the same time; of the time before there is only that. */
function withoutOurs(kept: readonly ResourceUsage[], own: readonly ResourceUsage[], stepMs: number): ResourceUsage[] {
  const [first] = own;
  if (!first) return [...kept];
  const ownSince = startOf(Date.parse(first.timestamp), stepMs);
  return kept.filter(({ instance, timestamp }) => instance !== first.instance || Date.parse(timestamp) < ownSince);
}

/** As asked for, but whole samples, and not more points than POINTS_AT_MOST. */
function stepOf(lengthMs: number, step: string | undefined): number {
  const samplesAPoint = Math.max(1, Math.ceil(lengthMs / POINTS_AT_MOST / SAMPLE_INTERVAL_MS));
  return Math.max(samplesAPoint * SAMPLE_INTERVAL_MS, step === undefined ? 0 : windowLength(step));
}

const isWithin = (time: number, from: number, to: number): boolean => time >= from && time <= to;

const MEASURES = ['cpu', 'memory', 'disk', 'network', 'activeUsers', 'requestsPerSecond'] as const;

/** One line a step and instance, oldest first. */
function meansOf(samples: readonly ResourceUsage[], stepMs: number): ResourceUsage[] {
  const groups = new Map<string, ResourceUsage[]>();
  for (const sample of samples) {
    const from = startOf(Date.parse(sample.timestamp), stepMs);
    const key = `${new Date(from).toISOString()} ${sample.instance}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(sample);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => meanOf(key.slice(0, 24), group));
}

function meanOf(timestamp: string, group: readonly ResourceUsage[]): ResourceUsage {
  const [first] = group;
  const mean = { ...(first as ResourceUsage), timestamp }; // a group begins with a sample
  for (const measure of MEASURES) mean[measure] = group.reduce((sum, one) => sum + one[measure], 0) / group.length;
  return mean;
}

function toUsage({ cpu, memory, disk, network }: SystemMetrics) {
  const memoryTotal = memory.used + memory.free + memory.cached + memory.buffers;
  return {
    timestamp: new Date().toISOString(),
    cpu: cpu.usage,
    memory: memory.used / memoryTotal,
    disk: disk.used / (disk.used + disk.free),
    network: network ? network.bytesIn + network.bytesOut : 0,
  };
}

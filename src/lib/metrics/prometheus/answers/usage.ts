import type { ResourceUsage } from '../../../contract/index.js';
import { MILLISECONDS, parseDuration } from '../../../units.js';
import type { Inquiry } from '../inquiry.js';

/** The gauge of each measure. */
const GAUGES = {
  cpu: 'host_cpu_usage_ratio',
  memory: 'host_memory_usage_ratio',
  disk: 'host_disk_usage_ratio',
  network: 'host_network_bytes_per_second',
  activeUsers: 'active_users',
  requestsPerSecond: 'requests_per_second',
} as const;
type Measure = keyof typeof GAUGES;
const MEASURES = Object.keys(GAUGES) as readonly Measure[]; // its keys are no others

interface Question {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly step?: string | undefined;
}

/** Points of one instance in an answer, as with the application itself. */
const POINTS_AT_MOST = 1_000;
const SHORTEST_STEP_MS = 60_000;

/** `GET /usage`: means of each step and instance, oldest first; the last day unless said. */
export async function usage({ now, means }: Inquiry, { from, to, step }: Question): Promise<ResourceUsage[]> {
  const end = to === undefined ? now : Date.parse(to);
  const begin = from === undefined ? end - MILLISECONDS.d : Date.parse(from);
  const least = Math.ceil((end - begin) / POINTS_AT_MOST / SHORTEST_STEP_MS) * SHORTEST_STEP_MS;
  const stepMs = Math.max(SHORTEST_STEP_MS, least, step === undefined ? 0 : (parseDuration(step) ?? 0));
  const startOf = (time: number) => Math.floor(time / stepMs) * stepMs;
  const steps = { from: startOf(begin), to: startOf(end) + stepMs, stepMs };
  const points = new Map<string, Partial<Record<Measure, number>>>();
  await Promise.all(
    MEASURES.map(async (measure) => {
      for (const { labels, points: found } of await means(GAUGES[measure], steps)) {
        for (const [at, value] of found) {
          const key = `${new Date(at - stepMs).toISOString()} ${labels.instance}`;
          points.set(key, { ...points.get(key), [measure]: value });
        }
      }
    }),
  );
  return [...points].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([key, point]) => lineOf(key, point));
}

/** A point that lacks a measure, as when the application started, is none. */
function lineOf(key: string, point: Partial<Record<Measure, number>>): ResourceUsage[] {
  const { cpu, memory, disk, network, activeUsers, requestsPerSecond } = point;
  if (cpu === undefined || memory === undefined || disk === undefined || network === undefined) return [];
  if (activeUsers === undefined || requestsPerSecond === undefined) return [];
  const [timestamp, instance] = [key.slice(0, 24), key.slice(25)];
  return [{ timestamp, cpu, memory, disk, network, activeUsers, requestsPerSecond, instance }];
}

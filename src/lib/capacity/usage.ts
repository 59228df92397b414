/** `GET /usage` as figures of resources. Pure. */
import type { ResourceUsage } from '../contract/index.js';

type Measure = 'cpu' | 'memory' | 'disk' | 'network' | 'activeUsers' | 'requestsPerSecond';

interface MeasuredResource {
  readonly resource: string;
  readonly limit: number | null;
  /** Of several instances: hosts are looked at one by one, what they serve together. */
  readonly isSummed: boolean;
}

export const RESOURCE_OF_MEASURE: Readonly<Record<Measure, MeasuredResource>> = {
  cpu: { resource: 'cpu', limit: 1, isSummed: false },
  memory: { resource: 'memory', limit: 1, isSummed: false },
  disk: { resource: 'application-disk', limit: 1, isSummed: false },
  network: { resource: 'network', limit: null, isSummed: false },
  activeUsers: { resource: 'users', limit: null, isSummed: true },
  requestsPerSecond: { resource: 'requests', limit: null, isSummed: true },
};
const MEASURES = Object.keys(RESOURCE_OF_MEASURE) as readonly Measure[]; // its keys are no others

interface UsagePoint {
  readonly measure: Measure;
  readonly at: number;
  readonly value: number;
}

/** What instances serve is added up by step; everything else stays a point each. */
export function usagePoints(usage: readonly ResourceUsage[]): UsagePoint[] {
  return MEASURES.flatMap((measure) => {
    const points = usage.map((line) => ({ measure, at: Date.parse(line.timestamp), value: line[measure] }));
    return RESOURCE_OF_MEASURE[measure].isSummed ? sumByTime(points) : points;
  });
}

function sumByTime(points: readonly UsagePoint[]): UsagePoint[] {
  const sums = new Map<number, UsagePoint>();
  for (const point of points) {
    sums.set(point.at, { ...point, value: (sums.get(point.at)?.value ?? 0) + point.value });
  }
  return [...sums.values()];
}

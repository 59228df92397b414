/** What the host gave: samples of the application's own, and a sample a day as `capacity record` keeps them. */
import { appendSamples, journalDirectory } from '../../capacity/journal.js';
import type { Sample } from '../../capacity/sample.js';
import type { ResourceUsage } from '../../contract/index.js';
import { writePast } from '../../monitor/archive/past.js';
import type { EventRow } from '../../monitor/archive/tables.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../monitor/history/periods.js';
import { type Random, randomFor } from '../random.js';
import type { Chapter, Planted } from './chapter.js';
import { activityAt, isoTime, type Life, type Story, sightingOf } from './story.js';

export const resources: Chapter = {
  name: 'resources',
  async write({ connection, config }, story) {
    const random = randomFor(story.seed, 'resources');
    const directory = await journalDirectory({ config: async () => config });
    await appendSamples(
      directory,
      daysOf(story).map((day) => sampleOf(day, story, random)),
    );
    for (const life of story.lives) {
      await writePast(connection, { instance: sightingOf(life), events: usageOf(life, story, random) });
    }
  },
  planted: (story) => [leak(story), fillingDisk(story)],
};

const LEVEL = 0.42;
/** Just below the memory warning of the health check. */
const LEAKED = 0.36;

const leak = ({ leak: { from, to } }: Story): Planted => ({
  id: 'memory-leak',
  sentence: `memory leaked from ${isoTime(from)} until the restart at ${isoTime(to)}`,
  command: 'capacity trends --metric memory',
  facts: { resource: 'memory', from: isoTime(from), restartedAt: isoTime(to), leakedShare: LEAKED },
});

const DISK = 'disk /srv/media';
const DISK_BYTES = 500e9;
const DISK_BYTES_A_DAY = 2.5e9;
const FULL_IN_DAYS = 40;

const fillingDisk = ({ now }: Story): Planted => ({
  id: 'filling-disk',
  sentence: `${DISK} grows by ${DISK_BYTES_A_DAY / 1e9} GB a day and is full in ${FULL_IN_DAYS} days`,
  command: 'capacity predict --metric disk',
  facts: { resource: DISK, bytesPerDay: DISK_BYTES_A_DAY, fullOn: isoTime(now + FULL_IN_DAYS * DAY_MS).slice(0, 10) },
});

/** When the daily run takes its sample. */
const SAMPLED_AT_MS = 3 * HOUR_MS;

function daysOf({ from, now }: Story): number[] {
  const days: number[] = [];
  for (let at = from + SAMPLED_AT_MS; at < now; at += DAY_MS) days.push(at);
  return days;
}

function sampleOf(at: number, story: Story, random: Random): Sample {
  const used = DISK_BYTES - (FULL_IN_DAYS + (story.now - at) / DAY_MS) * DISK_BYTES_A_DAY;
  const { memory, cpu, disk, requestsPerSecond } = measuresAt(at, story, random);
  return {
    at: isoTime(at),
    resources: {
      [DISK]: { value: Math.round(used + 0.2e9 * random.normal()), limit: DISK_BYTES },
      memory: { value: memory, limit: 1 },
      cpu: { value: cpu, limit: 1 },
      'application-disk': { value: disk, limit: 1 },
      requests: { value: requestsPerSecond, limit: null },
    },
  };
}

type Measures = Omit<ResourceUsage, 'timestamp' | 'instance'>;

function measuresAt(at: number, { leak: { from, to } }: Story, random: Random): Measures {
  const activity = activityAt(at);
  const leaked = at >= from && at < to ? (LEAKED * (at - from)) / (to - from) : 0;
  const noise = (size: number) => size * random.normal();
  return {
    cpu: Math.min(1, Math.max(0.01, 0.04 + 0.08 * activity + noise(0.01))),
    memory: LEVEL + leaked + noise(0.004),
    disk: 0.5,
    network: 20_000 + 90_000 * activity * (1 + noise(0.05)),
    activeUsers: random.poisson(12 * activity),
    requestsPerSecond: Math.max(0, 0.6 * activity * (1 + noise(0.1))),
  };
}

/** As long as the archive keeps it. One in five of the monitor's samples: enough for a picture. */
const USAGE_KEPT_MS = 35 * DAY_MS;
const USAGE_EVERY_MS = 5 * MINUTE_MS;

function usageOf(life: Life, story: Story, random: Random): EventRow[] {
  const rows: EventRow[] = [];
  for (let at = Math.max(life.from, story.now - USAGE_KEPT_MS); at < life.to; at += USAGE_EVERY_MS) {
    const timestamp = isoTime(at);
    const body = { timestamp, instance: life.id, ...measuresAt(at, story, random) } satisfies ResourceUsage;
    rows.push({ kind: 'usage', id: `${life.id}/usage/${rows.length + 1}`, at: timestamp, body });
  }
  return rows;
}

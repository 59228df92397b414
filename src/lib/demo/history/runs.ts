/** Records of the tiers' runs: most went well, one failed, one night none ran. */
import { hostname } from 'node:os';
import type { RunRecord } from '../../maintenance/runs.js';
import { runsDirectory, writeRecord } from '../../maintenance/runs.js';
import { DAY_MS, HOUR_MS } from '../../monitor/history/periods.js';
import { type Random, randomFor } from '../random.js';
import type { Chapter, Planted } from './chapter.js';
import { isoTime, type Story } from './story.js';

export const runs: Chapter = {
  name: 'runs',
  async write({ config, signal }, story) {
    const random = randomFor(story.seed, 'runs');
    const directory = runsDirectory(config.stateDirectory);
    for (const record of recordsOf(story, random)) {
      signal.throwIfAborted();
      await writeRecord(directory, record);
    }
  },
  planted: (story): Planted[] => [
    {
      id: 'failed-run',
      sentence: `the daily run of ${isoTime(startOfRun(story, FAILED_DAYS_AGO)).slice(0, 10)} failed: the database was not reachable`,
      command: 'maintenance history --limit 100',
      facts: { startedAt: isoTime(startOfRun(story, FAILED_DAYS_AGO)), step: FAILED_STEP },
    },
    {
      id: 'missed-run',
      sentence: `in the night of ${isoTime(startOfRun(story, MISSED_DAYS_AGO)).slice(0, 10)} there was no daily run`,
      command: 'maintenance history --limit 100',
      facts: { day: isoTime(startOfRun(story, MISSED_DAYS_AGO)).slice(0, 10) },
    },
  ],
};

const FAILED_DAYS_AGO = 23;
const FAILED_STEP = 'db health';
const MISSED_DAYS_AGO = 17;
const STEPS = [
  'health',
  'config validate',
  'performance',
  'errors',
  FAILED_STEP,
  'queue',
  'logs rotate',
  'config backup',
];

const UNREACHABLE = {
  code: 'VOPS-DB-UNREACHABLE',
  message: 'connect ECONNREFUSED 127.0.0.1:5432',
  hint: 'is PostgreSQL running? systemctl status postgresql',
} as const;

/** At three in the morning, which the last midnight is the first to have behind it. */
const startOfRun = ({ now }: Story, daysAgo: number): number =>
  Math.floor(now / DAY_MS) * DAY_MS - daysAgo * DAY_MS + 3 * HOUR_MS;

function recordsOf(story: Story, random: Random): RunRecord[] {
  const nights = Array.from({ length: story.days }, (_, index) => story.days - index);
  return nights
    .filter((night) => night !== MISSED_DAYS_AGO)
    .map((night) => recordOf(startOfRun(story, night), night === FAILED_DAYS_AGO, random));
}

function recordOf(at: number, isFailed: boolean, random: Random): RunRecord {
  const durationMs = 900 + random.below(600);
  const steps = STEPS.map((id): RunRecord['steps'][number] => {
    const took = { id, durationMs: 20 + random.below(200) };
    if (!isFailed || id !== FAILED_STEP) return { ...took, status: 'ok', summary: 'as it should be', findings: [] };
    return { ...took, status: 'unknown', summary: UNREACHABLE.message, findings: [], error: UNREACHABLE };
  });
  return {
    schemaVersion: 1,
    tier: 'daily',
    environment: 'default',
    runId: random
      .below(2 ** 31 - 1)
      .toString(16)
      .padStart(8, '0'),
    host: hostname(),
    pid: 4711,
    startedAt: isoTime(at),
    endedAt: isoTime(at + durationMs),
    durationMs,
    status: isFailed ? 'partial' : 'ok',
    steps,
    findings: isFailed
      ? [
          {
            code: UNREACHABLE.code,
            severity: 'unknown',
            message: `${FAILED_STEP}: ${UNREACHABLE.message}`,
            hint: UNREACHABLE.hint,
          },
        ]
      : [],
  };
}

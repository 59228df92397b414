/** Runs of the lifecycle hooks, and what they threw: counted by the monitor's own tallies. */
import { writePast } from '../../monitor/archive/past.js';
import type { EventRow } from '../../monitor/archive/tables.js';
import { createErrorReader, type Thrown } from '../../monitor/history/errors.js';
import type { RollupRow } from '../../monitor/history/ledger.js';
import { DAY_MS, HOUR_MS, STEP_MS, type Step, startOf } from '../../monitor/history/periods.js';
import { addRun, keyOf, newTally, type Run, type Subject, type Tallies, toCells } from '../../monitor/history/tally.js';
import { type Random, randomFor } from '../random.js';
import type { Chapter, Planted } from './chapter.js';
import { HOOKS, type Hook, NEW_ERROR, NEW_THROWN, SLOWER_HOOK } from './sample-hooks.js';
import { activityAt, hoursOf, isoTime, type Life, type Story, sightingOf } from './story.js';

export const hooks: Chapter = {
  name: 'hooks',
  async write({ connection }, story) {
    const random = randomFor(story.seed, 'hooks');
    for (const life of story.lives) {
      const { rollups, errors } = watch(life, story, random);
      await writePast(connection, { instance: sightingOf(life), rollups, events: errors });
    }
  },
  planted: (story) => [slowerHook(story), newError(story)],
};

const slowerHook = ({ slower }: Story): Planted => ({
  id: 'slower-hook',
  sentence: `api::match.match afterUpdate takes ${slower.factor} times as long since ${isoTime(slower.from)}`,
  command: 'performance trends',
  facts: {
    contentType: 'api::match.match',
    operation: 'afterUpdate',
    factor: slower.factor,
    since: isoTime(slower.from),
    medianMsBefore: SLOWER_HOOK.medianMs,
  },
});

const newError = ({ newErrors }: Story): Planted => ({
  id: 'new-error',
  sentence: `"${NEW_ERROR}" is an error nobody saw before ${isoTime(newErrors[0] ?? 0)}`,
  command: 'errors recent --limit 200',
  facts: { message: NEW_ERROR, since: isoTime(newErrors[0] ?? 0), count: newErrors.length },
});

/** As long as the archive keeps each step, and errors: what is older would be deleted at once. */
const KEPT_MS = { minute: 2 * DAY_MS, hour: 35 * DAY_MS, day: 400 * DAY_MS } as const satisfies Record<Step, number>;
const ERRORS_KEPT_MS = 30 * DAY_MS;

interface Watched {
  readonly rollups: readonly RollupRow[];
  readonly errors: readonly EventRow[];
}

/** What one process saw in its life. */
function watch(life: Life, story: Story, random: Random): Watched {
  const collector = createCollector(story.now);
  const readError = createErrorReader(life.id);
  const errors: EventRow[] = [];
  for (const { subject, at, run } of runsIn(life, story, random)) {
    const { thrown, ...counted } = run;
    collector.add(subject, at, counted);
    if (thrown === undefined || at < story.now - ERRORS_KEPT_MS) continue;
    const entry = readError(subject, thrown, { ...run, at });
    errors.push({ kind: 'error', id: entry.id, at: entry.timestamp, body: entry });
  }
  return { rollups: collector.rows(), errors };
}

interface Timed {
  readonly subject: Subject;
  readonly at: number;
  readonly run: SimulatedRun;
}

function* runsIn(life: Life, story: Story, random: Random): Generator<Timed> {
  for (const hour of hoursOf(life)) {
    for (const hook of HOOKS) {
      const runs = random.poisson(hook.perHour * activityAt(hour));
      for (const at of timesIn(hour, runs, random).filter((time) => time < life.to)) {
        const isSlower = hook === SLOWER_HOOK && at >= story.slower.from;
        yield { subject: hook.subject, at, run: runOf(hook, random, isSlower ? story.slower.factor : 1) };
      }
    }
  }
  for (const at of story.newErrors.filter((time) => time >= life.from && time < life.to)) {
    const run = { ...runOf(SLOWER_HOOK, random, 1), outcome: 'failed' as const, thrown: NEW_THROWN };
    yield { subject: SLOWER_HOOK.subject, at, run };
  }
}

const timesIn = (hour: number, count: number, random: Random): number[] =>
  Array.from({ length: count }, () => hour + random.below(HOUR_MS));

interface SimulatedRun extends Run {
  readonly thrown?: Thrown;
}

const QUERY_SHARE = 0.8;

function runOf({ medianMs, spread, queries, throws }: Hook, random: Random, factor: number): SimulatedRun {
  const durationMs = medianMs * factor * Math.exp(spread * random.normal());
  const times = { durationMs, ownMs: durationMs, queries, queryMs: queries > 0 ? durationMs * QUERY_SHARE : 0 };
  if (throws === undefined || random.share() >= throws.share) return { ...times, outcome: 'ok' };
  return { ...times, outcome: throws.outcome, thrown: throws.thrown };
}

const STEPS = ['minute', 'hour', 'day'] as const satisfies readonly Step[];

/** Counts runs by period, as far back as the archive would still have it. */
function createCollector(now: number) {
  const periods = new Map<string, { readonly step: Step; readonly from: number; readonly tallies: Tallies }>();
  const talliesOf = (step: Step, from: number): Tallies => {
    const key = `${step} ${from}`;
    const found = periods.get(key) ?? { step, from, tallies: new Map() };
    periods.set(key, found);
    return found.tallies;
  };
  return {
    add(subject: Subject, at: number, run: Run): void {
      for (const step of STEPS) {
        if (at < now - KEPT_MS[step]) continue;
        const tallies = talliesOf(step, startOf(at, STEP_MS[step]));
        const key = keyOf(subject);
        const tally = tallies.get(key) ?? newTally(subject);
        tallies.set(key, tally);
        addRun(tally, run);
      }
    },
    rows: (): RollupRow[] =>
      [...periods.values()].flatMap(({ step, from, tallies }) =>
        toCells(tallies.values()).map((cell) => ({ step, from, cell })),
      ),
  };
}

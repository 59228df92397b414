/** Forecasts → what an operator should know. Pure. */
import type { Config } from '../config/index.js';
import { countOf } from '../measures.js';
import type { Finding } from '../status.js';
import { DAY_MS } from './daily-medians.js';
import type { ResourcePrediction } from './prediction.js';
import { describeKind, kindOf } from './resources.js';
import { fullBetween } from './words.js';

type Predicted = ResourcePrediction & { readonly state: 'forecast' };

export function judgePredictions(
  resources: readonly ResourcePrediction[],
  { fullWithin }: Pick<Config['capacity'], 'fullWithin'>,
): readonly Finding[] {
  const predicted = resources.filter((resource) => resource.state === 'forecast');
  const latest = latestOf(resources);
  return [
    ...resources.flatMap((resource) => {
      const found = judgeFullness(resource, fullWithin);
      if (found === undefined) return [];
      return isBehind(resource, latest) ? asOfThen(found, resource) : found;
    }),
    ...shortHistories(resources, predicted.length),
    ...refusedHorizons(resources),
    ...forcedHorizons(predicted),
  ];
}

function judgeFullness(resource: ResourcePrediction, within: Config['capacity']['fullWithin']): Finding | undefined {
  const { usage, state } = resource;
  if (usage !== null && usage >= 1) return reached(resource);
  return state === 'forecast' ? approaching(resource, within) : undefined;
}

/** It may be gone, as a disk that was replaced: no alarm of today, for as long as its samples are kept. */
const asOfThen = (found: Finding, { until }: ResourcePrediction): Finding => ({
  ...found,
  severity: 'warning',
  message: `${found.message}, by its last sample, of ${until}`,
  hint: 'is it still there? See why: viktoria-ops capacity record; else it is forgotten after capacity.keepMonths',
});

const reached = ({ resource }: ResourcePrediction): Finding => ({
  code: 'VOPS-CAPACITY-FULL',
  severity: 'error',
  message: `${resource} is ${describeKind(resource).atLimit}`,
  hint: hintFor(resource),
});

function approaching(resource: Predicted, within: Config['capacity']['fullWithin']): Finding | undefined {
  const { daysToLimit } = resource;
  if (daysToLimit === null || daysToLimit.early === null) return undefined;
  const isCritical = daysToLimit.likely !== null && daysToLimit.likely * DAY_MS <= within.critical;
  if (!isCritical && daysToLimit.early * DAY_MS > within.warning) return undefined;
  return {
    code: 'VOPS-CAPACITY-FULL',
    severity: isCritical ? 'error' : 'warning',
    message: `${resource.resource} ${fullBetween(resource)}`,
    hint: hintFor(resource.resource),
  };
}

const HINTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    disk: 'see what grows: viktoria-ops capacity trends; free some with logs rotate and backup prune, or enlarge the disk',
    inodes: 'see where the many small files are: du -x --inodes --max-depth=2 / | sort -n | tail',
    connections: "lower the pool size of the application, or raise the server's max_connections",
    sequence: 'inserts fail at the end: make the column and the sequence bigint',
    xid: 'see what holds freezing back: viktoria-ops db health',
    multixact: 'see what holds freezing back: viktoria-ops db health',
  }),
);
const hintFor = (resource: string): string =>
  HINTS.get(kindOf(resource)) ?? `see how it grows: viktoria-ops capacity trends --metric '${resource}'`;

/** Nothing to forecast from is no verdict; a young resource among others is a note. */
function shortHistories(resources: readonly ResourcePrediction[], predicted: number): readonly Finding[] {
  const hint = 'viktoria-ops capacity record, once a day, makes the history; maintenance daily does it';
  if (resources.length === 0) {
    return [{ code: 'VOPS-CAPACITY-NO-HISTORY', severity: 'unknown', message: 'there is no history yet', hint }];
  }
  const short = resources.filter(({ state }) => state === 'insufficient_data');
  if (short.length === 0) return [];
  const isAll = predicted === 0 && short.length === resources.length;
  const message = `${countOf(short.length, 'resource')} of ${resources.length} with too little history for a forecast`;
  return [{ code: 'VOPS-CAPACITY-SHORT-HISTORY', severity: isAll ? 'unknown' : 'info', message, hint }];
}

function refusedHorizons(resources: readonly ResourcePrediction[]): readonly Finding[] {
  const refused = resources.filter((resource) => resource.state === 'horizon_refused');
  if (refused.length === 0) return [];
  const shortest = Math.min(...refused.map(({ days }) => days));
  return [
    {
      code: 'VOPS-CAPACITY-HORIZON',
      severity: 'unknown',
      message: `the horizon is longer than the history of ${countOf(refused.length, 'resource')}: no forecast`,
      hint: `ask for --horizon ${shortest}d, leave it out to see as far as each history supports, or add --force`,
    },
  ];
}

function forcedHorizons(predicted: readonly Predicted[]): readonly Finding[] {
  const forced = predicted.filter(({ isBeyondHistory }) => isBeyondHistory);
  if (forced.length === 0) return [];
  const message = `${countOf(forced.length, 'forecast')} farther ahead than the history reaches back: nothing shows how good`;
  return [{ code: 'VOPS-CAPACITY-FORCED', severity: 'warning', message }];
}

/** A sample a day is expected; one may be late, and one run may fail. */
const STALE_AFTER_DAYS = 3;

interface Sampled {
  readonly until: string;
}

const latestOf = (resources: readonly Sampled[]) => Math.max(...resources.map(({ until }) => Date.parse(until)));

const isBehind = ({ until }: Sampled, latest: number) => latest - Date.parse(until) > STALE_AFTER_DAYS * DAY_MS;

export function judgeStaleness(resources: readonly Sampled[], now: Date): readonly Finding[] {
  if (resources.length === 0) return [];
  const days = Math.floor((+now - latestOf(resources)) / DAY_MS);
  if (days <= STALE_AFTER_DAYS) return [];
  return [
    {
      code: 'VOPS-CAPACITY-STALE',
      severity: 'warning',
      message: `the latest sample is ${days} days old: forecasts begin there`,
      hint: 'viktoria-ops capacity record, once a day; maintenance daily does it',
    },
  ];
}

/** `capacity predict`: when what will be full, between when and when. */
import { resolve } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { conclude, type Outcome } from '../status.js';
import { chooseResources, Metric } from './choose.js';
import { Horizon, LONGEST_DAYS } from './horizon.js';
import { importHistory } from './import/index.js';
import { judgePredictions, judgeStaleness } from './judge.js';
import { predictResource, ResourcePrediction } from './prediction.js';
import { readHistory } from './sources/index.js';
import { byUrgency } from './words.js';

export const PredictFlags = z.object({
  horizon: Horizon.optional(),
  metric: Metric,
  /** Answer beyond the length of the history, too. */
  force: z.boolean().default(false),
  /** A file of samples in place of the history that is kept. */
  from: z.string().min(1).optional(),
  /** Limit of the series in that file. */
  fullAt: z.coerce.number().optional(),
});
export type PredictFlags = z.output<typeof PredictFlags>;

export const Predictions = z.object({
  /** Days that were asked for; null: as far as each history supports. */
  horizonDays: z.number().nullable(),
  /** The file, where it is not the history that is kept. */
  from: z.string().nullable(),
  /** What is full soonest first. */
  resources: z.array(ResourcePrediction),
});
export type Predictions = z.infer<typeof Predictions>;

type PredictContext = Pick<Context, 'api' | 'config' | 'cwd' | 'now' | 'signal'>;

/** Errors: `VOPS-USAGE`, `VOPS-FILE` of a file to read from. */
export async function predict(context: PredictContext, flags: PredictFlags): Promise<Outcome<Predictions>> {
  const { horizon, metric, force, from, fullAt } = flags;
  const path = from === undefined ? null : resolve(context.cwd, from);
  const read = path === null ? await readHistory(context) : await readFile(context, path, fullAt ?? null);
  const chosen = chooseResources(read.histories, metric);
  const ahead = { horizon, force, longest: LONGEST_DAYS };
  const resources = chosen.map((history) => predictResource(history, ahead)).sort(byUrgency);
  const { capacity } = await context.config();
  const stale = path === null ? judgeStaleness(resources, context.now()) : [];
  const findings = [...judgePredictions(resources, capacity), ...stale, ...read.findings];
  return conclude({ horizonDays: horizon ?? null, from: path, resources }, findings);
}

const readFile = ({ signal }: PredictContext, path: string, limit: number | null) =>
  importHistory({ path, limit, signal });

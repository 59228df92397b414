/** How well each model would have done: it is fitted to the days up to an origin and asked for those after. Pure. */
import { type Model, modelsFor } from './models.js';
import type { Series } from './series.js';

interface Place {
  /** Values the model knew. */
  readonly origin: number;
  /** Days ahead. */
  readonly horizon: number;
}

export interface Miss extends Place {
  /** What came less what was forecast. */
  readonly error: number;
}

export interface BackTest {
  readonly model: Model;
  /** By origin, then by horizon. */
  readonly misses: readonly Miss[];
  /** Mean of their absolute errors. */
  readonly meanError: number;
}

/** Of the series; a model that knew less would be another. */
const SHORTEST_TRAINING = 1 / 3;
const FEWEST_VALUES = 4;
const ORIGINS_AT_MOST = 40;

/** The candidate with the least mean absolute error over all origins and days up to the horizon; the simplest of equals. */
export function chooseModel(series: Series, horizon: number): BackTest {
  const places = originsOf(series.values.length).flatMap((origin) => placesAfter(origin, series, horizon));
  const tests = modelsFor(series.values.length).map((model) => {
    const errors = errorsAt(places, model, series.values);
    return { model, errors, meanError: errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length };
  });
  const best = tests.reduce((least, candidate) => (candidate.meanError < least.meanError ? candidate : least));
  return { ...best, misses: places.map((place, index) => ({ ...place, error: best.errors[index] ?? 0 })) };
}

/** Evenly spaced, the last one a day before the end. */
function originsOf(length: number): readonly number[] {
  const first = Math.max(FEWEST_VALUES, Math.ceil(length * SHORTEST_TRAINING));
  const count = Math.min(ORIGINS_AT_MOST, length - first);
  const step = (length - first) / count;
  return Array.from({ length: count }, (_, index) => length - 1 - Math.floor((count - 1 - index) * step));
}

/** Only what was measured can be missed. */
function placesAfter(origin: number, { values, isMeasured }: Series, horizon: number): Place[] {
  const days = Math.min(horizon, values.length - origin);
  return Array.from({ length: days }, (_, index) => ({ origin, horizon: index + 1 })).filter(
    (place) => isMeasured[origin + place.horizon - 1],
  );
}

function errorsAt(places: readonly Place[], model: Model, values: Float64Array): Float64Array {
  const errors = new Float64Array(places.length);
  let [fittedTo, ahead] = [0, (_horizon: number) => 0];
  for (const [index, { origin, horizon }] of places.entries()) {
    if (origin !== fittedTo) [fittedTo, ahead] = [origin, model.fit(values.subarray(0, origin))];
    errors[index] = (values[origin + horizon - 1] ?? 0) - ahead(horizon);
  }
  return errors;
}

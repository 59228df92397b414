/** What may describe a series: each is fitted to values, one a day, and then asked for a day to come. Pure. */
import { median } from '../../statistics/index.js';
import { theilSenSlope } from './trend.js';

export interface Model {
  readonly name: string;
  /** At least two values. The horizon is in days from the last of them. */
  readonly fit: (values: Float64Array) => (horizon: number) => number;
}

/** From three weeks on there are enough of each weekday. */
const WEEKDAYS_FROM = 21;
const WEEK = 7;

const naive: Model = {
  name: 'naive',
  fit: (values) => () => values.at(-1) ?? 0,
};

const drift: Model = {
  name: 'drift',
  fit: (values) => {
    const last = values.at(-1) ?? 0;
    const slope = (last - (values[0] ?? 0)) / (values.length - 1);
    return (horizon) => last + slope * horizon;
  },
};

const theilSen: Model = {
  name: 'Theil–Sen',
  fit: (values) => {
    const slope = theilSenSlope(values);
    const intercept = median(values.map((value, index) => value - slope * index));
    return (horizon) => intercept + slope * (values.length - 1 + horizon);
  },
};

/** Level and trend forget the past exponentially, the trend of the forecast fades (Gardner and McKenzie 1985). */
const dampedHolt: Model = {
  name: 'damped Holt',
  fit: (values) => {
    const start = median(values.subarray(1, WEEK + 1).map((value, index) => value - (values[index] ?? 0)));
    const runs = SMOOTHINGS.map((smoothing) => smooth(values, smoothing, start));
    const { level, trend, damping } = runs.reduce((best, run) => (run.error < best.error ? run : best));
    return (horizon) => level + (trend * damping * (1 - damping ** horizon)) / (1 - damping);
  },
};

interface Smoothing {
  readonly level: number;
  readonly trend: number;
  readonly damping: number;
}

const SMOOTHINGS: readonly Smoothing[] = [0.2, 0.5, 0.9].flatMap((level) =>
  [0.05, 0.2].flatMap((trend) => [0.9, 0.98].map((damping) => ({ level, trend, damping }))),
);

function smooth(values: Float64Array, weight: Smoothing, startTrend: number) {
  const { damping } = weight;
  let [level, trend, error] = [values[0] ?? 0, startTrend, 0];
  for (let index = 1; index < values.length; index++) {
    const expected = level + damping * trend;
    const surprise = (values[index] ?? 0) - expected;
    error += surprise * surprise;
    level = expected + weight.level * surprise;
    trend = damping * trend + weight.level * weight.trend * surprise;
  }
  return { level, trend, error, damping };
}

/** The model of what is left without the weekdays, and their effects on top. */
const withWeekdays = (model: Model): Model => ({
  name: `${model.name} with weekdays`,
  fit: (values) => {
    if (values.length < WEEKDAYS_FROM) return model.fit(values);
    const effects = weekdayEffects(values);
    const effectAt = (index: number) => effects[index % WEEK] ?? 0;
    const ahead = model.fit(values.map((value, index) => value - effectAt(index)));
    return (horizon) => ahead(horizon) + effectAt(values.length - 1 + horizon);
  },
});

/** The median distance of each weekday from the mean of the week around it; together they add nothing. */
function weekdayEffects(values: Float64Array): number[] {
  const distances = Array.from({ length: WEEK }, (): number[] => []);
  const around = (WEEK - 1) / 2;
  let week = values.subarray(0, WEEK - 1).reduce((sum, value) => sum + value, 0);
  for (let index = around; index < values.length - around; index++) {
    week += values[index + around] ?? 0;
    distances[index % WEEK]?.push((values[index] ?? 0) - week / WEEK);
    week -= values[index - around] ?? 0;
  }
  const effects = distances.map((of) => median(of));
  const mean = effects.reduce((sum, effect) => sum + effect, 0) / WEEK;
  return effects.map((effect) => effect - mean);
}

const PLAIN: readonly Model[] = [naive, drift, theilSen, dampedHolt];

/** The candidates for a series of this length, the simplest first. */
export const modelsFor = (length: number): readonly Model[] =>
  length < WEEKDAYS_FROM ? PLAIN : [...PLAIN, ...PLAIN.map(withWeekdays)];

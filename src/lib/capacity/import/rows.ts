/** Rows of samples: a time with figures beside it, or a time, a name and one figure. */

import { OperatorError } from '../../errors.js';
import { createDailyMedians } from '../daily-medians.js';
import type { ResourceHistory } from '../history.js';

/** What a column is: one of these, or the number of a series from 0 on. */
export const TIME = -1;
export const NAME = -2;

export interface Rows {
  /** Of a column by its name. */
  readonly columnOf: (name: string) => number;
  /** Of a series by its name. */
  readonly seriesOf: (name: string) => number;
  readonly setDay: (day: number) => void;
  readonly setName: (series: number) => void;
  readonly setFigure: (series: number, value: number) => void;
  /** Forgets what was set. */
  readonly begin: () => void;
  /** Takes what was set; false when it is no sample. */
  readonly commit: () => boolean;
  readonly histories: (limit: number | null) => ResourceHistory[];
}

const TIME_NAMES: ReadonlySet<string> = new Set(['at', 'time', 'timestamp', 'date', 'ts', 't']);
const NAME_NAMES: ReadonlySet<string> = new Set(['metric', 'series', 'resource', 'name']);
const MOST_SERIES = 1_000;
/** A row with more is cut. */
const MOST_FIGURES = 1_000;

export function createRows(): Rows {
  const medians = createDailyMedians();
  const names = new Map<string, number>();
  const series = new Int32Array(MOST_FIGURES);
  const values = new Float64Array(MOST_FIGURES);
  let day = Number.NaN;
  let named = -1;
  let count = 0;
  const seriesOf = (name: string): number => {
    const known = names.get(name);
    if (known !== undefined) return known;
    if (names.size === MOST_SERIES) throw tooMany();
    names.set(name, names.size);
    return names.size - 1;
  };
  return {
    seriesOf,
    columnOf: (name) => {
      const plain = name.trim().toLowerCase();
      if (TIME_NAMES.has(plain)) return TIME;
      return NAME_NAMES.has(plain) ? NAME : seriesOf(name.trim());
    },
    setDay: (of) => {
      day = of;
    },
    setName: (of) => {
      named = of;
    },
    setFigure: (of, value) => {
      if (count === MOST_FIGURES) return;
      series[count] = of;
      values[count++] = value;
    },
    begin: () => {
      day = Number.NaN;
      named = -1;
      count = 0;
    },
    commit: () => {
      if (Number.isNaN(day)) return false;
      if (named >= 0) medians.add(named, day, values[0] ?? Number.NaN);
      else for (let index = 0; index < count; index++) medians.add(series[index] ?? 0, day, values[index] ?? 0);
      return count > 0;
    },
    histories: (limit) =>
      [...names]
        .map(([resource, index]) => ({ resource, limit, days: medians.daysOf(index) }))
        .filter(({ days }) => days.length > 0),
  };
}

const tooMany = () =>
  new OperatorError('VOPS-USAGE', `the file names more than ${MOST_SERIES} series`, {
    hint: 'leave out the columns or names that are no resources',
  });

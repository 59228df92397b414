/** Rows of samples: a time with figures beside it, or a time, a name and one figure. */

import { OperatorError } from '../../errors.js';
import { createDailyMedians } from '../daily-medians.js';
import type { ResourceHistory } from '../history.js';

/** What a column is: one of these, or the number of a series from 0 on. */
export const TIME = -1;
export const NAME = -2;

/** What was read of a line so far; used again for each, for there are millions. */
export interface Row {
  /** Since 1970; NaN: not told. */
  day: number;
  /** The series that the line names; −1: none. */
  name: number;
  figures: number;
  readonly series: Int32Array;
  readonly values: Float64Array;
}

export interface Rows {
  readonly row: Row;
  /** What a column is, by its name. */
  readonly columnOf: (name: string) => number;
  /** The number of a series, by its name. Errors: `VOPS-USAGE` when there are too many. */
  readonly seriesOf: (name: string) => number;
  /** Takes the row; false when it is no sample. */
  readonly commit: () => boolean;
  readonly histories: (limit: number | null) => ResourceHistory[];
}

const TIME_NAMES: ReadonlySet<string> = new Set(['at', 'time', 'timestamp', 'date', 'ts', 't']);
const NAME_NAMES: ReadonlySet<string> = new Set(['metric', 'series', 'resource', 'name']);
/** The column of the figure where lines name their series. */
const VALUE = 'value';
const MOST_SERIES = 1_000;
/** A row with more is cut. */
const MOST_FIGURES = 1_000;

export function createRows(): Rows {
  const medians = createDailyMedians();
  const names = new Map<string, number>();
  const row = newRow();
  let valueSeries = -1;
  const seriesOf = (name: string): number => {
    if (!names.has(name) && names.size === MOST_SERIES) throw tooMany();
    const series = names.get(name) ?? names.size;
    names.set(name, series);
    if (name === VALUE) valueSeries = series;
    return series;
  };
  return {
    row,
    seriesOf,
    columnOf: (name) => {
      const plain = name.trim().toLowerCase();
      if (TIME_NAMES.has(plain)) return TIME;
      return NAME_NAMES.has(plain) ? NAME : seriesOf(name.trim());
    },
    commit: () => {
      const { day, name, figures, series, values } = row;
      if (Number.isNaN(day) || figures === 0) return false;
      if (name >= 0) medians.add(name, day, figureOf(row, valueSeries));
      else for (let index = 0; index < figures; index++) medians.add(series[index] ?? 0, day, values[index] ?? 0);
      return true;
    },
    histories: (limit) =>
      [...names]
        .map(([resource, index]) => ({ resource, limit, days: medians.daysOf(index) }))
        .filter(({ days }) => days.length > 0),
  };
}

const newRow = (): Row => ({
  day: Number.NaN,
  name: -1,
  figures: 0,
  series: new Int32Array(MOST_FIGURES),
  values: new Float64Array(MOST_FIGURES),
});

export function clearRow(row: Row): void {
  row.day = Number.NaN;
  row.name = -1;
  row.figures = 0;
}

export function addFigure(row: Row, series: number, value: number): void {
  if (row.figures === MOST_FIGURES) return;
  row.series[row.figures] = series;
  row.values[row.figures++] = value;
}

/** Of this series; the first, when it has none. */
function figureOf({ figures, series, values }: Row, wanted: number): number {
  for (let index = 0; index < figures; index++) if (series[index] === wanted) return values[index] ?? 0;
  return values[0] ?? 0;
}

const tooMany = () =>
  new OperatorError('VOPS-USAGE', `the file names more than ${MOST_SERIES} series`, {
    hint: 'leave out the columns or names that are no resources',
  });

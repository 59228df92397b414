import type { DatabaseMetrics } from '../../../../contract/index.js';
import { element, show } from '../dom.js';
import { type Figure, figures } from '../parts.js';
import { table } from '../table.js';
import type { View } from '../view.js';
import type { Panel } from './panel.js';

const TABLES_SHOWN = 20;

/** The guide's DatabaseMetrics. */
export const database: Panel = {
  name: 'database',
  sources: ['database'],
  create(body, { view }) {
    return ({ database: { data } }) => {
      if (data) show(body, figures(figuresOf(data, view)), slowQueries(data, view), tables(data, view));
    };
  },
};

function figuresOf({ connectionPoolStatus: pool, queryPerformance: queries }: DatabaseMetrics, view: View): Figure[] {
  const { words, format } = view;
  const w = words.database;
  return [
    [w.active, format.count(pool.active)],
    [w.idle, format.count(pool.idle)],
    [w.waiting, format.count(pool.waiting)],
    [w.max, format.count(pool.max)],
    [w.mean, format.duration(queries.averageQueryTime)],
    [w.total, format.count(queries.totalQueries)],
  ];
}

const slowQueries = ({ queryPerformance: { slowQueries: list } }: DatabaseMetrics, { words, format }: View) =>
  list.length > 0 &&
  table({
    caption: words.database.slow,
    columns: [
      { name: words.database.query },
      { name: words.database.calls, isNumber: true },
      { name: words.hooks.mean, isNumber: true },
      { name: words.database.totalTime, isNumber: true },
    ],
    rows: list.map(({ query, calls, averageTimeMs, totalTimeMs }) => [
      element('code', {}, query),
      format.count(calls),
      format.duration(averageTimeMs),
      format.duration(totalTimeMs),
    ]),
  });

const tables = ({ tableStatistics: list }: DatabaseMetrics, { words, format }: View) =>
  table({
    caption: words.database.tables,
    columns: [
      { name: words.database.table },
      { name: words.database.size, isNumber: true },
      { name: words.database.live, isNumber: true },
      { name: words.database.dead, isNumber: true },
      { name: words.database.vacuum },
      { name: words.database.analyze },
    ],
    rows: list
      .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, TABLES_SHOWN)
      .map((one) => [
        one.table,
        format.bytes(one.sizeBytes),
        format.count(one.liveTuples),
        format.count(one.deadTuples),
        format.time(one.lastVacuum),
        format.time(one.lastAnalyze),
      ]),
  });

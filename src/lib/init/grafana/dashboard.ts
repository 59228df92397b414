/** The dashboard as Grafana reads it: the classic model, schema 39, which Grafana 10.4 and later take. */
import type { Config } from '../../config/index.js';
import { JOB, type Levels, type Panel, type Query, sections } from './panels.js';

/** JSON for a file that Grafana is provisioned with. */
export function dashboard(kpis: Config['kpis']): object {
  return {
    uid: 'viktoria-hooks',
    title: 'Viktoria Hooks Monitoring',
    tags: ['viktoria-ops'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    templating: { list: variables },
    panels: laidOut(kpis).map((panel, index) => ({ id: index + 1, ...panel })),
  };
}

/** The one chosen in the dashboard, so that the file fits every Grafana. */
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

const choice = (name: string, query: string) => ({
  name,
  type: 'query',
  datasource: DATASOURCE,
  query: { query, refId: name },
  definition: query,
  refresh: 2, // whenever the time range changes
  includeAll: true,
  allValue: '.*',
  multi: true,
  sort: 1,
  current: { text: 'All', value: '$__all' },
});

const variables = [
  { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' },
  choice('instance', `label_values(up{${JOB}}, instance)`),
  choice('content_type', `label_values(hook_execution_time_seconds_count{${JOB}}, content_type)`),
];

const COLUMNS = 24;
const HEIGHT = { stat: 4, timeseries: 8, table: 8 } as const satisfies Record<Panel['type'], number>;

/** In columns and rows of Grafana's grid. */
interface Place {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

/** Panels from left to right, row by row; each section below its heading. */
function laidOut(kpis: Config['kpis']): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, panels } of sections) {
    placed.push({ type: 'row', title, collapsed: false, panels: [], gridPos: { h: 1, w: COLUMNS, x: 0, y } });
    y += 1;
    let [x, height] = [0, 0];
    for (const panel of panels) {
      if (x + panel.width > COLUMNS) [x, y] = [0, y + height];
      height = HEIGHT[panel.type];
      placed.push(panelAt(panel, panel.levels?.(kpis), { h: height, w: panel.width, x, y }));
      x += panel.width;
    }
    y += height;
  }
  return placed;
}

function panelAt(panel: Panel, levels: Levels | undefined, gridPos: Place): object {
  const { title, description, type, unit, queries } = panel;
  return {
    type,
    title,
    ...(description !== undefined && { description }),
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, thresholds: thresholdsOf(levels), ...LOOK[type] }, overrides: [] },
    options: OPTIONS[type],
    targets: queries.map((query, index) => targetOf(query, type, String.fromCharCode(65 + index))),
    ...(type === 'table' && { transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }] }),
  };
}

function targetOf({ expr, legend }: Query, type: Panel['type'], refId: string): object {
  const now = { instant: true, range: false };
  const form = { stat: now, table: { ...now, format: 'table' }, timeseries: { instant: false, range: true } }[type];
  return { refId, datasource: DATASOURCE, expr, legendFormat: legend, ...form };
}

const LOOK = {
  stat: { color: { mode: 'thresholds' } },
  table: {},
  timeseries: {
    min: 0,
    color: { mode: 'palette-classic' },
    custom: {
      drawStyle: 'line',
      lineWidth: 1,
      fillOpacity: 10,
      showPoints: 'never',
      thresholdsStyle: { mode: 'dashed' },
    },
  },
} as const;

const OPTIONS = {
  stat: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, colorMode: 'value', graphMode: 'none' },
  table: { showHeader: true },
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
} as const;

/** The first step has no value: it is where everything begins. */
function thresholdsOf({ warning, critical }: Levels = {}): object {
  const steps = [
    { value: null, color: 'green' },
    ...(warning === undefined ? [] : [{ value: warning, color: 'orange' }]),
    ...(critical === undefined ? [] : [{ value: critical, color: 'red' }]),
  ];
  return { mode: 'absolute', steps };
}

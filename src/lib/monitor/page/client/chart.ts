/** Lines over time by uPlot; their values can be had by pointer, by arrow keys, and as a table. */
import uPlot from 'uplot';
import { element, show } from './dom.js';
import { type Column, table } from './table.js';
import type { View } from './view.js';

interface Series {
  readonly name: string;
  /** A variable of the stylesheet. */
  readonly colour: `--${string}`;
  /** Values as bars from zero: counts in a step of time. */
  readonly isCount?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly series: readonly Series[];
  readonly format: (value: number | null | undefined) => string;
  /** Top of the scale where it has one, such as 1 for shares. */
  readonly top?: number;
}

/** Times in seconds since 1970, and a line of values for each series; null where nothing was measured. */
export type ChartData = readonly [readonly number[], ...(readonly (number | null)[])[]];

export interface Chart {
  readonly node: HTMLElement;
  readonly update: (data: ChartData) => void;
}

const HEIGHT = 150;

export function createChart(options: ChartOptions, view: View): Chart {
  const { words } = view;
  const legend = element('ul', { class: 'legend' });
  const plot = element('div', { class: 'plot', role: 'img', tabindex: 0 });
  const rows = createRows(options, view);
  const node = element('figure', {}, element('figcaption', {}, options.title), legend, plot, rows.node);
  let data: ChartData = [[]];
  let drawn: uPlot | undefined;
  const describe = (index: number) => {
    show(legend, legendItems(options, data, { index, view }));
    plot.setAttribute('aria-label', `${options.title}: ${legend.innerText.replaceAll('\n', ', ')}. ${words.keys}`);
  };
  const draw = () => {
    drawn?.destroy();
    const onIndex = (index: number | null | undefined) => describe(index ?? data[0].length - 1);
    drawn = new uPlot(plotOptions(options, { view, plot, onIndex }), toPlot(data), plot);
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  new ResizeObserver(() => drawn?.setSize({ width: plot.clientWidth, height: HEIGHT })).observe(plot);
  plot.addEventListener('keydown', (event) => drawn && moveCursor(drawn, event));
  return {
    node,
    update(next) {
      data = next;
      if (drawn) drawn.setData(toPlot(data));
      else draw();
      describe(data[0].length - 1);
      rows.update(data);
    },
  };
}

// uPlot does not change what it is given, but its types do not say so.
const toPlot = (data: ChartData): uPlot.AlignedData => data as unknown as uPlot.AlignedData;

interface Legend {
  readonly index: number;
  readonly view: View;
}

function legendItems({ series, format }: ChartOptions, [times, ...lines]: ChartData, { index, view }: Legend) {
  const time = times[index];
  const items = series.map(({ name, colour }, line) =>
    element('li', { 'data-colour': colour }, `${name} `, element('b', {}, format(lines[line]?.[index]))),
  );
  return [...items, time === undefined ? null : element('li', { class: 'faint' }, view.format.time(time * 1000))];
}

interface Drawing {
  readonly view: View;
  readonly plot: HTMLElement;
  readonly onIndex: (index: number | null | undefined) => void;
}

function plotOptions({ series, format, top }: ChartOptions, { view, plot, onIndex }: Drawing): uPlot.Options {
  const style = getComputedStyle(plot);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--faint'), font: `${style.fontSize} system-ui`, ticks: { show: false } } as const;
  const grid = { stroke: colour('--line'), width: 1 };
  return {
    width: plot.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: { y: { range: (_, __, highest) => [0, top ?? (highest > 0 ? highest * 1.1 : 1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 26, values: (_, times) => timeLabels(times, view) },
      { ...axis, grid, size: 62, values: (_, values) => values.map(format), space: 36 },
    ],
    series: [{}, ...series.map(({ colour: name, isCount }) => lineOf(colour(name), isCount))],
    hooks: { setCursor: [({ cursor }) => onIndex(cursor.idx)] },
  };
}

function lineOf(stroke: string, isCount = false): uPlot.Series {
  if (!isCount) return { stroke, width: 1.5 };
  return { fill: stroke, width: 0, paths: uPlot.paths.bars?.({ size: [0.7, 40] }), points: { show: false } };
}

/** Days above a day and a half, else the time of day. */
function timeLabels(times: readonly number[], { format }: View): string[] {
  const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > 1.5 * 86_400;
  return times.map((time) => (isLong ? format.day(time * 1000) : format.hour(time * 1000)));
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };

function moveCursor(plot: uPlot, event: KeyboardEvent): void {
  const times = plot.data[0];
  const ends: Readonly<Record<string, number>> = { Home: 0, End: times.length - 1 };
  const step = STEPS[event.key];
  const wanted = ends[event.key] ?? (step === undefined ? undefined : (plot.cursor.idx ?? times.length - 1) + step);
  if (wanted === undefined) return;
  event.preventDefault();
  const time = times[Math.min(times.length - 1, Math.max(0, wanted))];
  if (time !== undefined) plot.setCursor({ left: plot.valToPos(time, 'x'), top: 1 });
}

/** The values as a table, made when somebody opens it. */
function createRows({ series, format, title }: ChartOptions, view: View) {
  const body = element('div');
  const node = element('details', {}, element('summary', {}, view.words.table), body);
  let data: ChartData = [[]];
  const columns: Column[] = [
    { name: view.words.time },
    ...series.map(({ name }): Column => ({ name, isNumber: true })),
  ];
  const draw = () => {
    if (!node.open) return;
    const [times, ...lines] = data;
    const rows = times.map((time, index) => [
      view.format.time(time * 1000),
      ...lines.map((line) => format(line[index])),
    ]);
    show(body, table({ caption: title, columns, rows: rows.reverse() }));
  };
  node.addEventListener('toggle', draw);
  return {
    node,
    update(next: ChartData) {
      data = next;
      draw();
    },
  };
}

/** A line over time with what is expected of it, as SVG. Pure. */
import { type Html, html, type Part, trusted } from './html.js';
import { CHART_STYLE, COLOURS } from './style.js';
import { ticksOver } from './ticks.js';

export interface Chart {
  /** What it is about, for those who do not see it as well. */
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly description: string;
  readonly measured: readonly { readonly x: number; readonly y: number }[];
  readonly expected?: readonly {
    readonly x: number;
    readonly low: number;
    readonly likely: number;
    readonly high: number;
  }[];
  readonly limit?: { readonly y: number; readonly name: string } | undefined;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
}

const [WIDTH, HEIGHT] = [640, 210];
const FRAME = { left: 88, right: WIDTH - 12, top: 14, bottom: HEIGHT - 26 } as const;
const [X_LABELS, Y_LABELS] = [4, 4];

/** For a page. Its colours and lines are in the style of the page. At least one point. */
export function lineChart(chart: Chart): Html {
  return html`<svg class="chart" role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" xmlns="http://www.w3.org/2000/svg">${picture(chart)}</svg>`;
}

/** For a place where only pictures are shown, such as Markdown: a `data:` address of the same, with its style. */
export function chartAddress(chart: Chart): string {
  const style = html`<style>${trusted(COLOURS + CHART_STYLE)}</style>`;
  const svg = html`<svg class="chart" role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" xmlns="http://www.w3.org/2000/svg">${style}${picture(chart)}</svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg.markup).toString('base64')}`;
}

type Scale = (value: number) => number;

function picture(chart: Chart): Part {
  const { measured, expected = [], limit } = chart;
  const xs = [...measured, ...expected].map(({ x }) => x);
  const ys = [
    ...measured.map(({ y }) => y),
    ...expected.flatMap(({ low, high }) => [low, high]),
    ...(limit ? [limit.y] : []),
  ];
  const ticks = ticksOver(smallest(ys), largest(ys), Y_LABELS);
  const x = scale(smallest(xs), largest(xs), [FRAME.left, FRAME.right]);
  const y = scale(smallest(ticks), largest(ticks), [FRAME.bottom, FRAME.top]);
  const last = measured.at(-1);
  const likely = expected.map((point) => ({ x: point.x, y: point.likely }));
  return [
    html`<title>${chart.title}</title><desc>${chart.description}</desc>`,
    gridLines(ticks, y, chart.formatY),
    dates(chart, smallest(xs), x),
    limit && limitLine(y(limit.y), limit.name),
    expected.length > 0 && last
      ? html`<path class="band" d="${band([{ x: last.x, low: last.y, high: last.y }, ...expected], x, y)}"/>`
      : null,
    html`<path class="measured" d="${line(measured, x, y)}"/>`,
    expected.length > 0 && last ? html`<path class="likely" d="${line([last, ...likely], x, y)}"/>` : null,
  ];
}

/** A label that says the same as the one below, rounded as figures are, says nothing. */
function gridLines(ticks: readonly number[], y: Scale, format: Chart['formatY']): Html[] {
  const labels = ticks.map(format);
  return ticks.map((tick, index) => gridLine(y(tick), labels[index] === labels[index - 1] ? null : labels[index]));
}

const gridLine = (y: number, label: Part) =>
  html`<line class="grid" x1="${FRAME.left}" x2="${FRAME.right}" y1="${round(y)}" y2="${round(y)}"/><text x="${FRAME.left - 8}" y="${round(y + 4)}" text-anchor="end">${label}</text>`;

const limitLine = (y: number, name: string) =>
  html`<line class="limit" x1="${FRAME.left}" x2="${FRAME.right}" y1="${round(y)}" y2="${round(y)}"/><text class="limit-name" x="${FRAME.left + 4}" y="${round(y + 13)}">${name}</text>`;

function dates({ measured, expected = [], formatX }: Chart, first: number, x: Scale): Html[] {
  const last = expected.at(-1)?.x ?? measured.at(-1)?.x ?? first;
  const count = last > first ? X_LABELS : 1;
  return Array.from({ length: count }, (_, index) => {
    const at = first + ((last - first) * index) / Math.max(1, count - 1);
    const anchor = index === 0 ? 'start' : index === count - 1 ? 'end' : 'middle';
    return html`<text x="${round(x(at))}" y="${HEIGHT - 8}" text-anchor="${anchor}">${formatX(at)}</text>`;
  });
}

/** In the middle, where there is nothing to spread. */
function scale(from: number, to: number, [start, end]: readonly [number, number]): Scale {
  return (value) => (to > from ? start + ((value - from) / (to - from)) * (end - start) : (start + end) / 2);
}

const line = (points: readonly { readonly x: number; readonly y: number }[], x: Scale, y: Scale): string =>
  points.map((point, index) => `${index === 0 ? 'M' : 'L'}${round(x(point.x))} ${round(y(point.y))}`).join('');

type Span = { readonly x: number; readonly low: number; readonly high: number };

const band = (spans: readonly Span[], x: Scale, y: Scale): string => {
  const highs = spans.map((span) => ({ x: span.x, y: span.high }));
  const lows = spans.map((span) => ({ x: span.x, y: span.low })).reverse();
  return `${line([...highs, ...lows], x, y)}Z`;
};

const round = (value: number): number => Math.round(value * 10) / 10;
const smallest = (values: readonly number[]) =>
  values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
const largest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);

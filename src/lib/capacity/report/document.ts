/** The report as a file: one HTML page with its charts, or Markdown. Pure. */
import { type Chart, chartAddress, html, lineChart, page, table } from '../../html/index.js';
import { escapeMarkdown, markdownTable } from '../../markdown.js';
import { formatPercent } from '../../measures.js';
import { formatChange, formatFigure } from '../resources.js';
import { describeForecast } from '../words.js';
import type { ReportEntry } from './entry.js';

export interface ReportedEntry {
  readonly entry: ReportEntry;
  readonly chart: Chart;
}

interface Cover {
  /** Such as `Capacity, monthly`. */
  readonly title: string;
  /** What it is on: host, environment, time. */
  readonly about: string;
}

const COLUMNS = [
  { name: 'resource' },
  { name: 'now', isNumber: true },
  { name: 'limit', isNumber: true },
  { name: 'used', isNumber: true },
  { name: 'change', isNumber: true },
  { name: 'forecast' },
] as const;

export function htmlReport({ title, about }: Cover, entries: readonly ReportedEntry[]): string {
  const sections = entries.map(
    ({ entry, chart }) => html`<section>
<h2>${chart.title}</h2>
<p>${describeForecast(entry.prediction)}. <span class="faint">${provenance(entry)}</span></p>
${lineChart(chart)}
</section>
`,
  );
  const rows = entries.map(({ entry }) => cellsOf(entry));
  return page({
    title,
    body: html`<h1>${title}</h1>\n<p class="faint">${about}</p>\n${table(COLUMNS, rows)}\n${sections}`,
  });
}

export function markdownReport({ title, about }: Cover, entries: readonly ReportedEntry[]): string {
  const sections = entries.map(({ entry, chart }) => {
    const words = `${describeForecast(entry.prediction)}. ${provenance(entry)}`;
    const picture = `![${escapeMarkdown(chart.title)}](${chartAddress(chart)})`;
    return `## ${escapeMarkdown(chart.title)}\n\n${escapeMarkdown(words)}\n\n${picture}\n`;
  });
  const head = [`# ${escapeMarkdown(title)}`, '', escapeMarkdown(about), ''];
  const rows = entries.map(({ entry }) => cellsOf(entry));
  return [...head, markdownTable(COLUMNS, rows), '', ...sections].join('\n');
}

function cellsOf({ prediction, change }: ReportEntry): string[] {
  const { resource, unit, value, limit, usage } = prediction;
  return [
    resource,
    formatFigure(unit, value),
    limit === null ? '–' : formatFigure(unit, limit),
    usage === null ? '–' : formatPercent(Math.round(usage * 1_000) / 1_000),
    change === null ? '–' : formatChange(unit, change.absolute),
    describeForecast(prediction),
  ];
}

/** What the forecast rests on. */
function provenance({ prediction }: ReportEntry): string {
  const { since, until, points, unit } = prediction;
  const days = `${points} days with samples from ${since} to ${until}`;
  if (prediction.state !== 'forecast') return `${days}.`;
  const { model, backTest } = prediction;
  const held =
    backTest.coverage === null
      ? ''
      : `; its 80 % intervals held ${formatPercent(Math.round(backTest.coverage * 100) / 100)}`;
  return `${days}; model ${model}, off by ${formatFigure(unit, backTest.meanError)} on average in the back-test${held}.`;
}

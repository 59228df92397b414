/** The report of a tier as one HTML file: the verdict, what is to be done, then each step with its details and charts. */
import { type Html, html, lineChart, page, table } from '../html/index.js';
import { formatDuration } from '../measures.js';
import type { Step, StepReport } from '../pipeline.js';
import type { Finding, Outcome } from '../status.js';
import type { Theme } from '../terminal/theme.js';
import type { TierResult } from './conclude.js';

export interface TierPage {
  readonly steps: readonly Step[];
  /** Such as `maintenance weekly on web-1`. */
  readonly title: string;
  readonly startedAt: string;
  /** The first line of the result. */
  readonly summary: string;
  /** For the details of a step, which are text. */
  readonly theme: Theme;
}

/** Pure. */
export function tierPage(outcome: Outcome<TierResult>, cover: TierPage): string {
  const { status, findings, result } = outcome;
  const isIn = new Map(cover.steps.map((step) => [step.id, step]));
  return page({
    title: cover.title,
    body: html`<h1><span class="${status}">${status.toUpperCase()}</span> ${cover.title}</h1>
<p class="faint">${cover.theme.time(cover.startedAt)}</p>
<p>${cover.summary}</p>
${advice(findings)}${overview(result.steps)}
${result.steps.map((report) => section(report, isIn.get(report.id), cover.theme))}`,
  });
}

function advice(findings: readonly Finding[]): Html | null {
  const urgent = findings.filter(({ severity }) => severity !== 'info');
  if (urgent.length === 0) return null;
  const items = urgent.map(
    ({ severity, message, hint }) =>
      html`<li><span class="${severity}">${severity}</span> ${message}${hint === undefined ? null : html`<br><span class="faint">${hint}</span>`}</li>\n`,
  );
  return html`<ol>\n${items}</ol>\n`;
}

const COLUMNS = [{ name: 'status' }, { name: 'step' }, { name: 'time', isNumber: true }, { name: 'result' }] as const;

const overview = (steps: readonly StepReport[]): Html =>
  table(
    COLUMNS,
    steps.map(({ id, status, durationMs, summary }) => [
      html`<span class="${status}">${status}</span>`,
      html`<a href="#${anchorOf(id)}">${id}</a>`,
      formatDuration(durationMs),
      summary,
    ]),
  );

const anchorOf = (id: string): string => id.replaceAll(' ', '-');

function section({ id, status, summary, result }: StepReport, step: Step | undefined, theme: Theme): Html {
  const known = step?.command.result.safeParse(result);
  const details = known?.success ? step?.command.view(known.data, theme) : undefined;
  const charts = known?.success ? (step?.command.charts?.(known.data) ?? []) : [];
  return html`<section id="${anchorOf(id)}">
<h2>${id} <span class="${status}">${status}</span></h2>
<p>${summary}</p>
${details ? html`<pre>${details}</pre>\n` : null}${charts.map((chart) => html`<h3>${chart.title}</h3>\n<p>${chart.description}</p>\n${lineChart(chart)}\n`)}</section>
`;
}

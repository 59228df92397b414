/** A result as a file to keep: a page with its charts, Markdown, or JSON. */
import { hostname } from 'node:os';
import { extname, resolve } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { writeFileAtomic } from '../files/index.js';
import { type Chart, chartAddress, html, lineChart, page, table } from '../html/index.js';
import { escapeMarkdown, markdownTable } from '../markdown.js';
import type { Finding, Outcome } from '../status.js';

/** File to write, `.html`, `.md` or `.json`. */
export const ReportFile = z.string().min(1).optional();

interface Section {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly isNumber?: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** What a report shows; its text may come from outside. */
export interface ReportDocument {
  readonly title: string;
  /** The period it speaks of. */
  readonly period: string;
  readonly charts: readonly Chart[];
  readonly sections: readonly Section[];
}

type ReportContext = Pick<Context, 'config' | 'cwd' | 'now' | 'redactor'>;

/** The same work, whose result is written to `--report`, too. Errors: `VOPS-USAGE` before the work; `VOPS-FILE…`. */
export function withReport<Needs, Flags extends { readonly report?: string | undefined }, Result extends object>(
  work: (context: Needs, flags: Flags) => Promise<Outcome<Result>>,
  compose: (result: Result) => ReportDocument,
): (context: Needs & ReportContext, flags: Flags) => Promise<Outcome<Result & { readonly reportFile: string | null }>> {
  return async (context, flags) => {
    const render = flags.report === undefined ? undefined : rendererFor(flags.report);
    const outcome = await work(context, flags);
    const reportFile = flags.report === undefined ? null : resolve(context.cwd, flags.report);
    if (reportFile !== null && render !== undefined) {
      const { environment } = await context.config();
      const shown = context.redactor.data({ result: outcome.result, findings: outcome.findings });
      const about = `${hostname()}, environment ${environment}, made ${context.now().toISOString()}`;
      await writeFileAtomic(reportFile, render({ ...shown, about, document: compose(shown.result) }));
    }
    return { ...outcome, result: { ...outcome.result, reportFile } };
  };
}

interface Report {
  readonly document: ReportDocument;
  readonly about: string;
  readonly result: object;
  readonly findings: readonly Finding[];
}
type Renderer = (report: Report) => string;

function rendererFor(path: string): Renderer {
  const render = RENDERERS[extname(path).toLowerCase()];
  if (render) return render;
  throw new OperatorError('VOPS-USAGE', `--report: ${path} says not which form is meant`, {
    hint: 'end the name in .html, .md or .json',
  });
}

function htmlReport({ document, about, findings }: Report): string {
  const { title, period, charts, sections } = document;
  const said = findings.map(
    ({ severity, message, hint }) =>
      html`<li><b class="${severity}">${severity}</b>: ${message}${hint === undefined ? null : html` <span class="faint">${hint}</span>`}</li>\n`,
  );
  const body = html`<h1>${title}</h1>
<p class="faint">${period}; ${about}</p>
${said.length === 0 ? null : html`<ul>\n${said}</ul>\n`}
${charts.map((chart) => html`<section><h2>${chart.title}</h2>\n<p>${chart.description}</p>\n${lineChart(chart)}</section>\n`)}
${sections.map((section) => html`<section><h2>${section.title}</h2>\n${table(section.columns, section.rows)}</section>\n`)}`;
  return page({ title, body });
}

function markdownReport({ document, about, findings }: Report): string {
  const { title, period, charts, sections } = document;
  const said = findings.map(({ severity, message, hint }) =>
    escapeMarkdown(`${severity}: ${message}${hint === undefined ? '' : ` (${hint})`}`),
  );
  return [
    `# ${escapeMarkdown(title)}\n\n${escapeMarkdown(`${period}; ${about}`)}\n`,
    ...(said.length === 0 ? [] : [`${said.map((line) => `- ${line}`).join('\n')}\n`]),
    ...charts.map(
      (chart) =>
        `## ${escapeMarkdown(chart.title)}\n\n![${escapeMarkdown(chart.description)}](${chartAddress(chart)})\n`,
    ),
    ...sections.map(
      (section) => `## ${escapeMarkdown(section.title)}\n\n${markdownTable(section.columns, section.rows)}\n`,
    ),
  ].join('\n');
}

const jsonReport = ({ about, result, findings }: Report): string =>
  `${JSON.stringify({ about, findings, result }, undefined, 2)}\n`;

const RENDERERS: Readonly<Record<string, Renderer>> = {
  '.html': htmlReport,
  '.htm': htmlReport,
  '.md': markdownReport,
  '.json': jsonReport,
};

/** A panel: one question to the backend or to this host, asked again and again. */
import * as z from 'zod';
import type { Command } from '../command.js';
import { Finding, Status } from '../contract/findings.js';
import type { StepReport } from '../pipeline.js';
import type { Theme } from '../terminal/theme.js';

export interface Panel<Flags = unknown, Result = unknown, Given = unknown> {
  readonly id: string;
  readonly title: string;
  /** Asked for its result; its view is the panel in full. */
  readonly source: Pick<Command<Flags, Result, Given>, 'flags' | 'run' | 'summary' | 'view'>;
  readonly given: Given;
  /** The command line that tells more. */
  readonly more: string;
  /** How long an answer is fresh enough: what changes slowly, or costs more, is not asked every time. */
  readonly everyMs: number;
  /** The most important first: as many are shown as there is room. Pure: text in the result is already escaped. */
  lines(result: Result, theme: Theme): readonly string[];
}

/** Infers the types of a panel from its source. */
export const definePanel = <Flags, Result, Given>(panel: Panel<Flags, Result, Given>): Panel<Flags, Result, Given> =>
  panel;

export const PanelReport = z.strictObject({
  id: z.string(),
  title: z.string(),
  status: Status,
  /** When the result was read; null before the first one. */
  asOf: z.iso.datetime().nullable(),
  /** The result is older than it should be: a later one could not be had. */
  isStale: z.boolean(),
  /** One line: the source's own, or what went wrong. */
  summary: z.string(),
  findings: z.array(Finding),
  /** The latest there was, also beside an error. */
  result: z.unknown().optional(),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
});
export type PanelReport = z.output<typeof PanelReport>;

/** Before anything was read. */
export const unread = ({ id, title }: Pick<Panel, 'id' | 'title'>): PanelReport => ({
  id,
  title,
  status: 'skipped',
  asOf: null,
  isStale: false,
  summary: 'not read yet',
  findings: [],
});

/** What is known after another reading: where it brought nothing, the result before is kept, and is stale. Pure. */
export function reread(
  before: PanelReport,
  { status, summary, findings, result, error }: StepReport,
  now: Date,
): PanelReport {
  const { id, title, asOf } = before;
  if (error === undefined) {
    return { id, title, status, asOf: now.toISOString(), isStale: false, summary, findings, result };
  }
  const kept = before.result === undefined ? {} : { result: before.result };
  return { id, title, status, asOf, isStale: asOf !== null, summary, findings: [], ...kept, error };
}

/** Marked also while the reading hangs that could tell. Pure. */
export function staleIfOlder(freshMs: number, report: PanelReport, now: Date): PanelReport {
  const isOld = report.asOf !== null && now.getTime() - Date.parse(report.asOf) > freshMs;
  return isOld ? { ...report, isStale: true } : report;
}

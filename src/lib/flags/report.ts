/** `feature-flags report`: use, source, changes and their effects, on the screen and as a file. */
import { hostname } from 'node:os';
import { extname, resolve } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { writeFileAtomic } from '../files/index.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import type { Read } from './attempt.js';
import { changesOf } from './days.js';
import { DAYS_COMPARED, daysFrom, Effect, type EffectOptions, effectsOf } from './effect.js';
import { Answer, Flag, References } from './flag.js';
import { type FlagHistory, readFlagHistory } from './history.js';
import { judgeFlags, judgeSearch } from './judge.js';
import { dayOf, toDays } from './list.js';
import { type Cover, htmlReport, markdownReport } from './report/document.js';
import { readFileChanges, searchBackend } from './report/gather.js';
import { SourceSearch } from './source/search.js';
import { surveyFlags } from './survey.js';

export const FlagReportFlags = z.object({
  /** How far back a change is new. */
  window: Duration.prefault('7d'),
  /** File to write, `.md`, `.html` or `.json`. */
  report: z.string().min(1).optional(),
});
type FlagReportFlags = z.output<typeof FlagReportFlags>;

export const FlagReport = z.object({
  windowDays: z.number(),
  flags: z.array(Flag),
  /** Of the last four weeks, so that their effects can be seen; latest first. Null where no history was read. */
  changes: z
    .array(
      z.object({
        flag: z.string(),
        day: z.iso.date(),
        from: Answer,
        to: Answer,
        /** Within the window. */
        isNew: z.boolean(),
        effects: z.array(Effect),
      }),
    )
    .nullable(),
  /** Changes of the file of flags in the window, as the application saw them. */
  fileChanges: z.array(z.object({ timestamp: z.iso.datetime(), path: z.string() })),
  /** What source asks for and the application does not know. */
  undefinedReferences: z.array(z.object({ name: z.string(), references: References })),
  /** Null where the source could not be searched. */
  search: SourceSearch.nullable(),
  /** The file that was written; null when none was asked for. */
  reportFile: z.string().nullable(),
});
export type FlagReport = z.infer<typeof FlagReport>;

type ReportContext = Pick<Context, 'api' | 'config' | 'cwd' | 'now' | 'pg' | 'signal'>;

/**
 * What cannot be read is a finding, and the rest is reported.
 * Errors: `VOPS-API-…`; `VOPS-USAGE`, `VOPS-FILE`, `VOPS-DISK-FULL` of the file.
 */
export async function reportFlags(
  context: ReportContext,
  { window, report }: FlagReportFlags,
): Promise<Outcome<FlagReport>> {
  const render = report === undefined ? undefined : rendererFor(report);
  const { featureFlags, environment } = await context.config();
  const period = { today: dayOf(context.now()), windowDays: toDays(window) };
  const [told, read, changed] = await Promise.all([
    context.api('featureFlags'),
    readFlagHistory(context, daysFrom(period.today, -CHANGES_SHOWN - DAYS_COMPARED)),
    readFileChanges(context, new Date(+context.now() - window).toISOString()),
  ]);
  const history = foundIn(read);
  // A process that has just started has not met every flag of a provider.
  const names = new Set([...told.map(({ name }) => name), ...(history?.flags.keys() ?? [])]);
  const searched = await searchBackend(context, names);
  const missing = [read, searched, changed].flatMap((part) => ('missing' in part ? [part.missing] : []));
  const source = foundIn(searched);
  const staleAfterDays = toDays(featureFlags.staleAfter);
  const flags = surveyFlags({ told, history, searched: source, ...period, staleAfterDays });
  const result: FlagReport = {
    windowDays: period.windowDays,
    flags,
    changes: history ? changesIn(history, { ...period, least: featureFlags.effect }) : null,
    fileChanges: [...(foundIn(changed) ?? [])],
    undefinedReferences: [...(source?.unknown ?? [])].map(([name, references]) => ({ name, references })),
    search: source?.search ?? null,
    reportFile: report === undefined ? null : resolve(context.cwd, report),
  };
  const problems = [...judgeFlags(flags, featureFlags.staleAfter), ...(source ? judgeSearch(source) : [])];
  const findings = [...problems, ...missing];
  if (result.reportFile !== null && render) {
    const about = `${hostname()}, environment ${environment}, ${context.now().toISOString()}`;
    await writeFileAtomic(result.reportFile, render({ about, findings }, result));
  }
  return conclude(result, findings);
}

/** Days: a change needs time to show its effect. */
const CHANGES_SHOWN = 28;

const foundIn = <T>(read: Read<T>): T | undefined => ('found' in read ? read.found : undefined);

function changesIn(
  { flags, hooks }: FlagHistory,
  { today, windowDays, least }: EffectOptions & { readonly windowDays: number },
): NonNullable<FlagReport['changes']> {
  const all = [...flags.values()].flatMap(changesOf);
  const [shown, fresh] = [daysFrom(today, -CHANGES_SHOWN), daysFrom(today, -windowDays)];
  return all
    .filter(({ day }) => day >= shown)
    .map((change) => ({
      ...change,
      isNew: change.day >= fresh,
      effects: [...effectsOf(change, hooks, { today, least, others: all })],
    }))
    .sort((one, other) => (one.day > other.day ? -1 : 1));
}

const RENDERERS: Readonly<Record<string, (cover: Cover, report: FlagReport) => string>> = {
  '.html': htmlReport,
  '.htm': htmlReport,
  '.md': markdownReport,
  '.json': (cover, report) => `${JSON.stringify({ ...cover, ...report }, undefined, 2)}\n`,
};

function rendererFor(path: string): (cover: Cover, report: FlagReport) => string {
  const render = RENDERERS[extname(path).toLowerCase()];
  if (render) return render;
  throw new OperatorError('VOPS-USAGE', `--report: ${path} says not which form is meant`, {
    hint: 'end the name in .md, .html or .json',
  });
}

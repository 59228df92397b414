/**
 * `monitoring publish`: what the page `/admin/monitoring` shows of alerts, incidents, KPIs, backups and maintenance.
 *
 * The application knows none of it, and must not reach for it: so it is a file, written whole by us and read by the
 * application. It needs no way into the application, and is there when its database is not.
 */
import { hostname } from 'node:os';
import * as z from 'zod';
import type { Context } from '../context.js';
import { type OperatorSection, type OperatorSectionName, OperatorStatus } from '../contract/index.js';
import { explain, OperatorError, statusOf } from '../errors.js';
import { writeFileAtomic } from '../files/index.js';
import { conclude, type Outcome } from '../status.js';

export const PublishFlags = z.object({});
export const Publication = z.object({
  file: z.string(),
  /** False for a dry run. */
  written: z.boolean(),
  status: OperatorStatus,
});
export type Publication = z.output<typeof Publication>;

/** A command and how its result is told in lines. */
export interface Section {
  readonly name: OperatorSectionName;
  /** Reads and changes nothing. */
  readonly tell: (context: Context) => Promise<OperatorSection>;
}

/** Longest list that is told: a page is no archive. */
const ROWS_AT_MOST = 30;

/**
 * Asks every section. One that gives no answer is told as such: it never hides the others.
 * @throws OperatorError VOPS-USAGE where no file is configured
 */
export async function planPublication(context: Context, sections: readonly Section[]): Promise<Outcome<Publication>> {
  const { monitoring, environment } = await context.config();
  const file = monitoring.operatorStatusFile;
  if (file === undefined) {
    const hint = 'set it to a path that the user of the application can reach, and name that in its operatorStatusFile';
    throw new OperatorError('VOPS-USAGE', 'monitoring.operatorStatusFile is not set', { hint });
  }
  const reading = { ...context, dryRun: true };
  const told = await Promise.all(sections.map(async ({ name, tell }) => [name, await orSayWhy(() => tell(reading))]));
  const now = context.now();
  const status: OperatorStatus = {
    schemaVersion: 1,
    writtenAt: now.toISOString(),
    validUntil: new Date(now.getTime() + monitoring.validFor).toISOString(),
    host: hostname(),
    environment,
    sections: Object.fromEntries(told),
  };
  return conclude({ file, written: false, status: context.redactor.data(status) });
}

/** Writes the file, readable by all: the application runs as another user. Errors: `VOPS-FILE…`. */
export async function publish(_context: Context, plan: Outcome<Publication>): Promise<Outcome<Publication>> {
  const { file, status } = plan.result;
  await writeFileAtomic(file, `${JSON.stringify(status)}\n`, { mode: 0o644 });
  return { ...plan, result: { ...plan.result, written: true } };
}

async function orSayWhy(tell: () => Promise<OperatorSection>): Promise<OperatorSection> {
  try {
    const section = await tell();
    return { ...section, rows: section.rows.slice(0, ROWS_AT_MOST) };
  } catch (thrown) {
    if (!(thrown instanceof OperatorError)) throw thrown;
    const { code, message, hint } = explain(thrown);
    const finding = { code, severity: 'unknown', message, ...(hint === undefined ? {} : { hint }) } as const;
    return { status: statusOf(code), summary: message, findings: [finding], rows: [] };
  }
}

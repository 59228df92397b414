/** `integrity check`: every check on one snapshot of the database, and every journey over HTTP beside it. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { type Catalogue, catalogueOf, select } from './catalogue.js';
import { countRows } from './database.js';
import { findingsOf } from './findings.js';
import { runJourneys } from './journeys/journeys.js';
import { judgeCheck } from './judge.js';
import { type Memory, openMemory } from './memory.js';
import { planIntegrity } from './plan.js';
import type { CheckReport, IntegrityReport } from './report.js';

const List = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

export const IntegrityFlags = z.object({
  only: List.optional(),
  samples: z.coerce.number().int().min(0).max(100).optional(),
});
export type IntegrityFlags = z.output<typeof IntegrityFlags>;

/**
 * Runs the checks and remembers what failed. A dry run has PostgreSQL plan them, and sends no request.
 * Errors: `VOPS-USAGE` for a name that is none. Whatever keeps a check from its verdict is in its report.
 */
export async function checkIntegrity(context: Context, flags: IntegrityFlags): Promise<Outcome<IntegrityReport>> {
  const config = await context.config();
  const chosen = select(catalogueOf(config), flags.only);
  if (chosen.checks.length + chosen.journeys.length === 0) return nothingToCheck();
  if (context.dryRun) return planIntegrity(context, chosen);
  const memory = await openMemory(context);
  context.progress.start('integrity');
  const [checks, journeys] = await Promise.all([
    runChecks(context, chosen, { memory, samples: flags.samples ?? config.integrity.samples }),
    runJourneys(context, chosen.journeys, memory),
  ]);
  context.progress.finish('integrity', `${checks.length} checks, ${journeys.length} journeys`);
  const result = { checks, journeys, plan: null };
  return conclude(result, findingsOf(result));
}

/** Nothing was checked, which is neither good nor bad. */
function nothingToCheck(): Outcome<IntegrityReport> {
  const finding: Finding = {
    code: 'VOPS-INTEGRITY-NONE',
    severity: 'info',
    message: 'no check of the data is configured, so nothing was checked',
    hint: 'describe what must hold under integrity.checks, and what users do under integrity.journeys: docs/integrity.md',
  };
  return { ...conclude({ checks: [], journeys: [], plan: null }, [finding]), status: 'skipped' };
}

interface Remembering {
  readonly memory: Memory;
  readonly samples: number;
}

async function runChecks(
  context: Context,
  { checks }: Catalogue,
  { memory, samples }: Remembering,
): Promise<CheckReport[]> {
  const { integrity } = await context.config();
  const reports: CheckReport[] = [];
  for (const asked of await countRows(context, checks, integrity)) {
    const circumstances = { memory: await memory.check(asked.name), now: context.now(), samples };
    const judged = judgeCheck(asked, circumstances);
    await memory.keepCheck(asked.name, judged.memory);
    reports.push(judged.report);
  }
  return reports;
}

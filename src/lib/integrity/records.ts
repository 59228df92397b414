/** What earlier runs found, for the business KPIs. */
import type { BusinessKpi } from '../config/integrity.js';
import { catalogueOf } from './catalogue.js';
import { type CheckRun, type JourneyRun, type MemoryContext, openMemory } from './memory.js';

export interface CheckRecord {
  readonly name: string;
  readonly kpi: BusinessKpi;
  /** Oldest first. */
  readonly runs: readonly CheckRun[];
}

export interface JourneyRecord {
  readonly name: string;
  readonly runs: readonly JourneyRun[];
}

/** Of every check and journey that is configured now; those that never ran have no runs. */
export async function readRecords(
  context: MemoryContext,
): Promise<{ readonly checks: readonly CheckRecord[]; readonly journeys: readonly JourneyRecord[] }> {
  const { checks, journeys } = catalogueOf(await context.config());
  const memory = await openMemory(context);
  return {
    checks: await Promise.all(
      checks.map(async ({ name, item }) => ({
        name,
        kpi: item.kpi,
        runs: (await memory.check(name))?.runs ?? [],
      })),
    ),
    journeys: await Promise.all(
      journeys.map(async ({ name }) => ({ name, runs: (await memory.journey(name))?.runs ?? [] })),
    ),
  };
}

/** Every index looked at: missing, unused, redundant, bloated, invalid. Reads the catalogue; nothing is locked. */
import * as z from 'zod';
import type { Context } from '../context.js';
import type { Database } from '../pg/index.js';
import { type ReferenceRow, referenceColumns } from '../pg/queries/reference-columns.js';
import { conclude, type Outcome } from '../status.js';
import { Baselines, updateBaselines } from './bloat/baselines.js';
import { hiddenStatistics, type IndexCatalogue, readIndexes } from './catalogue.js';
import { assessBloat, confirmBloat, worthRebuilding } from './indexes/assess.js';
import { findInvalid } from './indexes/invalid.js';
import { judgeIndexes } from './indexes/judge.js';
import { findMissing, supportingIndexes } from './indexes/missing.js';
import { namesOf, rebuildIndex } from './indexes/names.js';
import { findRedundant } from './indexes/redundant.js';
import type { IndexReport } from './indexes/report.js';
import { addSample, findUnused, type Sample, Samples } from './indexes/unused.js';
import { isFileError, openState } from './state.js';

export { IndexReport } from './indexes/report.js';

export const IndexFlags = z.object({ measure: z.boolean().default(false) });
export type IndexFlags = z.infer<typeof IndexFlags>;

type IndexContext = Pick<Context, 'config' | 'dryRun' | 'log' | 'pg' | 'state'>;

/**
 * Reports on the indexes and keeps a sample of their use. With `measure` the bloated ones are read in full by
 * pgstattuple, where it is installed. Errors: `VOPS-DB-…`.
 */
export function inspectIndexes(context: IndexContext, { measure }: IndexFlags): Promise<Outcome<IndexReport>> {
  return context.pg(async (database) => {
    const { thresholds, maintenance } = (await context.config()).database;
    const catalogue = await readIndexes(database);
    const references = await database.query(referenceColumns);
    const { samples, baselines } = await remember(context, database, catalogue);
    const { observed, indexes } = catalogue;
    const bloats = assessBloat(catalogue, baselines);
    const { bloat: limits } = maintenance;
    const bloated = measure
      ? await confirmBloat(database, { catalogue, baselines, limits })
      : worthRebuilding(indexes, bloats, limits);
    const report = {
      ...describe(catalogue, references, { samples, unusedIndex: thresholds.unusedIndex }),
      bloated: bloated.map(({ index, bloat }) => ({
        ...namesOf(index),
        accessMethod: index.accessMethod,
        bloat,
        rebuild: rebuildIndex(index),
      })),
      bloatUnknown: [...bloats.values()].filter((bloat) => bloat === null).length,
    };
    return conclude(report, [...hiddenStatistics(observed), ...judgeIndexes(report, { observed, thresholds })]);
  });
}

/** Adds what is seen now to what is kept. Without a state directory the report goes on, from this moment alone. */
async function remember(context: IndexContext, database: Database, { observed, indexes }: IndexCatalogue) {
  const { now: at, statsReset } = observed;
  const sample: Sample = { at, statsReset, scans: Object.fromEntries(indexes.map(({ oid, scans }) => [oid, scans])) };
  try {
    const state = await openState(context, database);
    const samples = addSample((await state.read('index-scans', Samples)) ?? [], sample);
    const baselines = updateBaselines(
      (await state.read('index-baselines', Baselines)) ?? {},
      indexes.filter(({ isValid }) => isValid),
    );
    await state.write('index-scans', samples);
    await state.write('index-baselines', baselines);
    return { samples, baselines };
  } catch (error) {
    if (!isFileError(error)) throw error;
    context.log.warn(`no history of this database is kept: ${error.message}`);
    return { samples: [sample], baselines: {} };
  }
}

function describe(
  { indexes, observed }: IndexCatalogue,
  references: readonly ReferenceRow[],
  { samples, unusedIndex }: { samples: readonly Sample[]; unusedIndex: { after: number; size: number } },
) {
  const window = { now: observed.now, milliseconds: unusedIndex.after, sizeBytes: unusedIndex.size };
  const supporting = supportingIndexes(references, indexes);
  const own = indexes.filter(({ isToast }) => !isToast); // those of TOAST are the server's, its catalogue's among them
  return {
    indexes: own.length,
    sizeBytes: own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    missing: [...findMissing(references, indexes)],
    unused: [...findUnused(indexes, { samples, window, supporting })],
    redundant: [...findRedundant(indexes)],
    invalid: [...findInvalid(indexes)],
    sampledSince: samples.length > 1 ? (samples[0]?.at ?? null) : null,
  };
}

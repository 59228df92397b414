/** What was done to every object, before and after: one line each, kept in the state directory. */
import * as z from 'zod';
import type { DatabaseState } from '../state.js';
import { MaintainedObject } from './report.js';

/** Name of the journal. */
export const HISTORY = 'maintenance';

export const HistoryRecord = MaintainedObject.omit({ table: true, sql: true }).extend({
  at: z.iso.datetime(),
  runId: z.string(),
  command: z.string(),
  /** Changes with every rewrite: tells whether the object is still the one that was made then. */
  fileNodeAfter: z.number().nullable(),
});
export type HistoryRecord = z.infer<typeof HistoryRecord>;

/** A run that was interrupted longer ago is not resumed but begun anew. */
const LATELY_MS = 7 * 86_400_000;

/** Indexes that were rebuilt lately, by oid, with the file that this made: one of another file was changed since. */
export async function rebuiltLately(state: DatabaseState, now: Date): Promise<ReadonlyMap<number, number>> {
  const records = await state.journal(HISTORY, HistoryRecord);
  const since = now.getTime() - LATELY_MS;
  return new Map(
    records.flatMap(({ at, action, outcome, oid, fileNodeAfter }) =>
      action === 'reindex' && outcome === 'done' && fileNodeAfter !== null && Date.parse(at) > since
        ? [[oid, fileNodeAfter] as const]
        : [],
    ),
  );
}

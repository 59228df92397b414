/** Carries out a plan, object by object: one session, one lock, one record each, and an end in good order. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.js';
import { abortReason, explain, OperatorError } from '../../errors.js';
import type { Database, MaintenanceSession } from '../../pg/index.js';
import { lockDatabase } from '../../pg/maintenance-lock.js';
import { type ObjectState, objectState } from '../../pg/queries/object-state.js';
import { withLock } from '../../process/index.js';
import type { Finding, Outcome } from '../../status.js';
import { type DatabaseState, openState } from '../state.js';
import { concludeMaintenance } from './conclude.js';
import { HISTORY, type HistoryRecord } from './history.js';
import { withProgress } from './progress.js';
import { type MaintainedObject, type MaintenanceReport, reportOn } from './report.js';

export type MaintainContext = Pick<
  Context,
  | 'config'
  | 'dryRun'
  | 'elapsed'
  | 'interactive'
  | 'log'
  | 'maintenance'
  | 'now'
  | 'pg'
  | 'progress'
  | 'runId'
  | 'signal'
  | 'state'
>;

/** A run by hand does not wait for another, one by cron does. */
export async function lockWaitOf(
  { config, interactive }: Pick<Context, 'config' | 'interactive'>,
  wantedMs: number | undefined,
): Promise<number> {
  return wantedMs ?? (interactive ? 0 : (await config()).maintenance.lockWait);
}

/** What the work on an object is given. */
export interface Site {
  readonly context: MaintainContext;
  readonly session: MaintenanceSession;
  readonly state: DatabaseState;
  /** The object before the work. */
  readonly before: ObjectState;
}

/** What became of the object; absent is as before. */
export type Worked = Pick<MaintainedObject, 'outcome'> & Partial<MaintainedObject>;

export interface Run {
  readonly command: string;
  /** Longest wait for another maintenance of this database. */
  readonly lockWaitMs: number;
  /** The work on one object. An `OperatorError` thrown is that object's failure; the others go on. */
  readonly work: (site: Site, object: MaintainedObject) => Promise<Worked>;
  /** What there is to say after all of them. */
  readonly review?: (database: Database) => Promise<readonly Finding[]>;
}

/**
 * Does what is planned. An aborted run reports what it did, with the reason as its error.
 * @throws OperatorError VOPS-LOCK-BUSY, VOPS-DB-POOLED, `VOPS-DB-…` before anything was done.
 */
export async function runMaintenance(
  context: MaintainContext,
  plan: Outcome<MaintenanceReport>,
  run: Run,
): Promise<Outcome<MaintenanceReport>> {
  const { objects, isStandby } = plan.result;
  if (!objects.some(({ outcome }) => outcome === 'planned')) {
    return concludeMaintenance(reportOn(objects, { applied: true, isStandby }), plan.findings);
  }
  const { directory } = await context.pg((database) => openState(context, database));
  const holder = { command: run.command, runId: context.runId, startedAt: context.now().toISOString() };
  const lock = { waitMs: run.lockWaitMs, signal: context.signal, holder };
  return withLock(join(directory, 'maintenance.lock'), lock, () =>
    context.maintenance(async (session) => {
      await lockDatabase(session, context, { waitMs: run.lockWaitMs });
      const state = await openState(context, session);
      return workThrough({ context, session, state }, plan, run);
    }),
  );
}

type Place = Omit<Site, 'before'>;

async function workThrough(
  place: Place,
  plan: Outcome<MaintenanceReport>,
  run: Run,
): Promise<Outcome<MaintenanceReport>> {
  const { signal } = place.context;
  const objects: MaintainedObject[] = [];
  let lost: OperatorError | undefined;
  for (const object of plan.result.objects) {
    if (object.outcome !== 'planned') objects.push(object);
    else if (signal.aborted || lost) objects.push({ ...object, outcome: 'left' });
    else {
      const worked = await workOn(place, object, run);
      objects.push(worked.object);
      lost = worked.lost;
    }
  }
  const findings = await (lost ? reviewAnew(place, run) : reviewAll(place, run));
  const report = reportOn(objects, { applied: true, isStandby: plan.result.isStandby });
  const reason = signal.aborted ? abortReason(signal) : lost;
  return concludeMaintenance(report, [...plan.findings, ...findings], reason && explain(reason));
}

/** After an abort there are seconds left, which may not suffice. */
async function reviewAll({ session, context }: Place, run: Run): Promise<readonly Finding[]> {
  try {
    return (await run.review?.(session)) ?? [];
  } catch (error) {
    if (context.signal.aborted && error instanceof OperatorError) return [];
    throw error;
  }
}

/** A session that is ended says so first, and lets go of its locks then: until that, what it left looks like work. */
const LETS_GO_WITHIN_MS = 500;

/** Only our session was ended, perhaps: another one shows what it left. A server that is gone shows nothing. */
async function reviewAnew({ context }: Place, run: Run): Promise<readonly Finding[]> {
  if (run.review === undefined) return [];
  await sleep(LETS_GO_WITHIN_MS);
  try {
    return await context.pg(run.review);
  } catch (error) {
    if (error instanceof OperatorError) return [];
    throw error;
  }
}

/** The connection is gone: so is the rest of the run. */
const ENDS_THE_RUN: ReadonlySet<string> = new Set(['VOPS-DB-UNREACHABLE']);

async function workOn(place: Place, planned: MaintainedObject, run: Run) {
  const { context, session } = place;
  const id = `${planned.action} ${planned.object}`;
  context.progress.start(id);
  const start = context.elapsed();
  let lost: OperatorError | undefined;
  const work = async (): Promise<Worked> => {
    const [before] = await session.query(objectState, [planned.oid]);
    if (before === undefined) return { outcome: 'skipped', note: 'it is gone' };
    return run.work({ ...place, before }, planned);
  };
  const worked = await withProgress(context, { id, pid: session.pid }, work).catch((error: unknown): Worked => {
    if (!(error instanceof OperatorError)) throw error;
    if (ENDS_THE_RUN.has(error.code)) lost = error;
    const { message: note, hint = null } = error;
    return { outcome: context.signal.aborted ? 'left' : 'failed', note, hint };
  });
  const object = { ...planned, ...worked, durationMs: Math.round(context.elapsed() - start) };
  context.progress.finish(id, object.note === null ? object.outcome : `${object.outcome}: ${object.note}`);
  const after = lost ? undefined : await stateAfter(session, object.oid);
  await keepRecord(place, recordOf(place, run.command, { object, after }));
  return { object: withAfter(object, after), lost };
}

const stateAfter = (session: MaintenanceSession, oid: number): Promise<ObjectState | undefined> =>
  session.query(objectState, [oid]).then(
    ([found]) => found,
    () => undefined, // locked meanwhile, or gone with the connection
  );

const withAfter = (object: MaintainedObject, after: ObjectState | undefined): MaintainedObject =>
  object.outcome === 'done' && object.action !== 'drop' && after !== undefined
    ? { ...object, sizeAfterBytes: after.sizeBytes, deadTuplesAfter: object.deadTuplesAfter ?? after.deadTuples }
    : object;

function recordOf(
  { context }: Place,
  command: string,
  { object, after }: { readonly object: MaintainedObject; readonly after: ObjectState | undefined },
): HistoryRecord {
  const { table: _, sql: __, ...known } = withAfter(object, after);
  return {
    at: context.now().toISOString(),
    runId: context.runId,
    command,
    ...known,
    fileNodeAfter: after?.fileNode ?? null,
  };
}

/** The work is done whether or not the disk takes its record. */
async function keepRecord({ context, state }: Place, record: HistoryRecord): Promise<void> {
  try {
    await state.append(HISTORY, [record]);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    context.log.warn(`the history of this run is incomplete: ${error.message}`);
  }
}

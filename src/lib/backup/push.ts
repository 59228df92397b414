/** `backup push`: every good backup that is here and not elsewhere goes there, too. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { abortReason, type Explanation, explain, OperatorError } from '../errors.js';
import { conclude, type Finding, foldParts, type Outcome } from '../status.js';
import { decidePush } from './decide-push.js';
import { directoryStore } from './directory-store.js';
import { KINDS, type Manifest, sizeOf } from './manifest.js';
import { notConfigured, remoteBucket } from './open-store.js';
import type { Bucket } from './remote/bucket.js';
import type { PushContext } from './remote/send.js';

export const PushFlags = z.object({ id: z.string().optional() });
export type PushFlags = z.output<typeof PushFlags>;

const PushedBackup = z.object({
  id: z.string(),
  kind: z.enum(KINDS),
  createdAt: z.string(),
  sizeBytes: z.number().int(),
  /** `not tried`: the bucket had failed before its turn. */
  outcome: z.enum(['planned', 'sent', 'failed', 'not tried']),
  durationMs: z.number().optional(),
});
type PushedBackup = z.output<typeof PushedBackup>;

export const Push = z.object({
  /** The catalogue here, and the one it goes to. */
  catalogue: z.string(),
  store: z.string(),
  /** Newest first. */
  backups: z.array(PushedBackup),
  /** Left alone: already there; removed there by retention; not proven to be good here. */
  left: z.object({ there: z.number().int(), removed: z.number().int(), bad: z.number().int() }),
  /** What uploads that were given up had left there. */
  swept: z.array(z.string()),
});
export type Push = z.output<typeof Push>;

/**
 * Compares the two catalogues. Changes nothing. @throws OperatorError VOPS-USAGE where no bucket is configured,
 * VOPS-BACKUP-NOT-FOUND, `VOPS-REMOTE-…`, `VOPS-FILE`.
 */
export async function planPush(context: Pick<Context, 'config' | 'signal'>, { id }: PushFlags): Promise<Outcome<Push>> {
  const [bucket, catalogue] = await Promise.all([bucketOf(context), catalogueOf(context)]);
  const { remoteStore } = await import('./remote/store.js');
  const [here, there] = await Promise.all([directoryStore(catalogue).list(), remoteStore(bucket).list()]);
  const { send, left, findings } = decidePush({ here, there, store: bucket.label }, id);
  const backups = send.map((manifest) => planned(manifest));
  return conclude({ catalogue, store: bucket.label, backups, left, swept: [] }, findings);
}

const planned = (manifest: Manifest): PushedBackup => ({
  id: manifest.id,
  kind: manifest.kind,
  createdAt: manifest.createdAt,
  sizeBytes: sizeOf(manifest),
  outcome: 'planned',
});

/**
 * Sends what was planned, one after the other, and clears away what uploads that were given up have left there. After the
 * first that the bucket did not take, the others are not tried.
 */
export async function applyPush(context: Context, plan: Outcome<Push>): Promise<Outcome<Push>> {
  const bucket = await bucketOf(context);
  const here = await directoryStore(plan.result.catalogue).list();
  const manifests = new Map(here.backups.map((manifest) => [manifest.id, manifest]));
  const backups: PushedBackup[] = [];
  const failures: Explanation[] = [];
  for (const wanted of plan.result.backups) {
    const manifest = manifests.get(wanted.id);
    if (manifest === undefined) continue; // pruned since it was planned
    if (failures.some(isOfBucket)) backups.push({ ...wanted, outcome: 'not tried' });
    else {
      const { durationMs, failure } = await trySending(context, bucket, manifest);
      if (failure) failures.push(failure);
      backups.push({ ...wanted, outcome: failure ? 'failed' : 'sent', durationMs });
    }
  }
  const local = new Set([...here.backups, ...here.damaged].map(({ id }) => id));
  const { swept, findings } = failures.some(isOfBucket) ? NOT_SWEPT : await sweep(context, bucket, local);
  const result = { ...plan.result, backups, swept: [...swept] };
  return concludePush({ ...plan, result, findings: [...plan.findings, ...findings] }, failures);
}

/** What one backup's failure says about the next. */
const isOfBucket = ({ code }: Explanation) => code === 'VOPS-REMOTE-UNREACHABLE' || code === 'VOPS-REMOTE-DENIED';

interface Swept {
  readonly swept: readonly string[];
  readonly findings: readonly Finding[];
}

const NOT_SWEPT: Swept = { swept: [], findings: [] };

/** The backups are there whether this succeeds or not. */
async function sweep(context: Context, bucket: Bucket, local: ReadonlySet<string>): Promise<Swept> {
  const { sweepRemote } = await import('./remote/sweep.js');
  try {
    const swept = await sweepRemote({ bucket, state: await context.state(), now: context.now(), local });
    return { swept, findings: [] };
  } catch (error) {
    if (context.signal.aborted) throw abortReason(context.signal);
    if (!(error instanceof OperatorError)) throw error;
    const { message, ...known } = explain(error);
    const what = `what earlier uploads left in ${bucket.label} was not cleared away: ${message}`;
    return { swept: [], findings: [{ ...known, severity: 'warning', message: what }] };
  }
}

/** Nothing sent for the bucket's sake is no verdict on the backups; some sent is partial. */
function concludePush(plan: Outcome<Push>, failures: readonly Explanation[]): Outcome<Push> {
  const { result } = plan;
  const findings = failures.map((failure): Finding => ({ ...failure, severity: 'error' }));
  const outcome = conclude(result, [...plan.findings, ...findings]);
  const [first] = failures;
  if (first === undefined) return outcome;
  const status = foldParts(result.backups.map(({ outcome: one }) => (one === 'sent' ? 'ok' : 'failed')));
  return { ...outcome, status, ...(status === 'failed' && isOfBucket(first) && { error: first }) };
}

async function trySending(context: PushContext, bucket: Bucket, manifest: Manifest) {
  const { PROGRESS, sendBackup } = await import('./remote/send.js');
  const start = context.elapsed();
  const tookMs = () => Math.round(context.elapsed() - start);
  context.progress.start(PROGRESS);
  try {
    await sendBackup(context, bucket, manifest);
    return { durationMs: tookMs(), failure: undefined };
  } catch (error) {
    if (context.signal.aborted) throw abortReason(context.signal);
    if (!(error instanceof OperatorError)) throw error;
    const { code, message, hint } = explain(error);
    const failure = {
      code,
      message: `${manifest.id} was not sent to ${bucket.label}: ${message}`,
      ...(hint && { hint }),
    };
    return { durationMs: tookMs(), failure };
  } finally {
    context.progress.finish(PROGRESS, manifest.id);
  }
}

/** What became of a copy elsewhere; `copy` is null where no bucket is configured, or with a finding. */
export interface PushedCopy {
  readonly copy: { readonly store: string; readonly sizeBytes: number; readonly durationMs: number } | null;
  readonly findings: readonly Finding[];
}

/**
 * Sends a backup just made, if a bucket is configured. What fails is a finding: the backup is here and good all the same,
 * and the next `backup push` sends it. Errors: the reason of the signal.
 */
export async function pushBackup(context: PushContext, manifest: Manifest): Promise<PushedCopy> {
  const bucket = await remoteBucket(context);
  if (bucket === undefined) return { copy: null, findings: [] };
  const { durationMs, failure } = await trySending(context, bucket, manifest);
  if (failure === undefined) {
    return { copy: { store: bucket.label, sizeBytes: sizeOf(manifest), durationMs }, findings: [] };
  }
  const hint = `the backup is good here; send it with: viktoria-ops backup push. ${failure.hint ?? ''}`.trim();
  return { copy: null, findings: [{ ...failure, hint, severity: 'error' }] };
}

async function bucketOf(context: Pick<Context, 'config' | 'signal'>): Promise<Bucket> {
  const bucket = await remoteBucket(context);
  if (bucket === undefined) throw notConfigured();
  return bucket;
}

const catalogueOf = async ({ config }: Pick<Context, 'config'>) => (await config()).backup.directory;

/** `backup pin` and `backup unpin`: whether a backup stays whatever the retention says. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { conclude, type Outcome } from '../status.js';
import type { Manifest } from './manifest.js';
import { openStore } from './open-store.js';
import { selectBackup } from './select.js';

export const UnpinFlags = z.object({ id: z.string().min(1), remote: z.boolean().default(false) });
export type UnpinFlags = z.output<typeof UnpinFlags>;

export const PinFlags = UnpinFlags.extend({ reason: z.string().min(1).max(500).optional() });
export type PinFlags = z.output<typeof PinFlags>;

export const Pinning = z.strictObject({
  /** The catalogue. */
  store: z.string(),
  id: z.string(),
  /** False for a plan, and where there was nothing to change. */
  applied: z.boolean(),
  /** As it is in the end; null for one that is not pinned. */
  pinned: z.strictObject({ at: z.iso.datetime(), reason: z.string().optional() }).nullable(),
  /** As it was before. */
  before: z.strictObject({ at: z.iso.datetime(), reason: z.string().optional() }).nullable(),
});
export type Pinning = z.output<typeof Pinning>;

type PinContext = Pick<Context, 'config' | 'signal' | 'now'>;

/** Finds the backup. Errors: those of `selectBackup` and of the store. */
export async function planPin(context: PinContext, { id, remote, reason }: PinFlags): Promise<Outcome<Pinning>> {
  const { store, manifest } = await find(context, { id, remote });
  const before = manifest.pinned ?? null;
  const isNew = before === null || (reason !== undefined && reason !== before.reason);
  const pinned = isNew ? { at: context.now().toISOString(), ...(reason === undefined ? {} : { reason }) } : before;
  return conclude({ store, id: manifest.id, applied: false, pinned, before });
}

/** Finds the backup. Errors: those of `selectBackup` and of the store. */
export async function planUnpin(context: PinContext, flags: UnpinFlags): Promise<Outcome<Pinning>> {
  const { store, manifest } = await find(context, flags);
  return conclude({ store, id: manifest.id, applied: false, pinned: null, before: manifest.pinned ?? null });
}

/** Writes it into the manifest. @throws OperatorError VOPS-BACKUP-NOT-FOUND when the backup has gone; those of the store */
export async function applyPinning(
  context: PinContext,
  { result, findings }: Outcome<Pinning>,
  { remote }: UnpinFlags,
): Promise<Outcome<Pinning>> {
  const { id, pinned, before } = result;
  if (pinned === before) return conclude(result, findings);
  const store = await openStore(context, { remote });
  const changed = await store.update(id, (manifest) => ({ ...manifest, pinned: pinned ?? undefined }));
  if (changed) return conclude({ ...result, applied: true }, findings);
  throw new OperatorError('VOPS-BACKUP-NOT-FOUND', `${id} has just been removed`, {
    hint: 'see what is left: viktoria-ops backup list',
  });
}

async function find(context: PinContext, { id, remote }: UnpinFlags): Promise<{ store: string; manifest: Manifest }> {
  const store = await openStore(context, { remote });
  return { store: store.label, manifest: selectBackup(await store.list(), id) };
}

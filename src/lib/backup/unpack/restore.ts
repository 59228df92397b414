/** `backup restore`: files out of a backup, all of them or none. */
import { join, resolve } from 'node:path';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { freeSpaceAt } from '../../files/index.js';
import { formatBytes } from '../../measures.js';
import { withLock } from '../../process/index.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { contentBytesOf } from '../archive/contents.js';
import type { Manifest } from '../manifest.js';
import { openStore } from '../open-store.js';
import { selectBackup } from '../select.js';
import type { Store } from '../store.js';
import { openPacked } from './content.js';
import type { Restore, RestoreFlags } from './report.js';
import { actionsFor, inspectTarget, moveIntoPlace, withStage } from './target.js';
import { finishDirectories, unpack } from './unpack.js';

type RestoreContext = Pick<Context, 'config' | 'env' | 'cwd' | 'signal' | 'state' | 'runId' | 'now'>;

/**
 * Finds the backup and what it would meet in the directory. Writes nothing.
 * Errors: `VOPS-BACKUP-NOT-FOUND`, `-DAMAGED`, `-KEY…`; `VOPS-USAGE` for a database or a directory that is not empty;
 * `VOPS-DISK-FULL`; those of the store.
 */
export async function planRestore(context: RestoreContext, flags: RestoreFlags): Promise<Outcome<Restore>> {
  const store = await openStore(context, flags);
  const site = { store, manifest: await findBackup(context, store, flags), context };
  const target = await inspectTarget(resolve(context.cwd, flags.into), flags.overwrite);
  const { entries } = await openPacked(site);
  const actions = await actionsFor(target, entries);
  const contentBytes = contentBytesOf(entries);
  await refuseWithoutRoom(target.path, contentBytes);
  const { manifest } = site;
  const plan: Restore = {
    id: manifest.id,
    kind: manifest.kind,
    from: store.label,
    createdAt: manifest.createdAt,
    into: target.path,
    applied: false,
    entries: entries.length,
    contentBytes,
    overwritten: actions.filter((action) => action === 'overwrite').length,
    files: entries.map(({ path, type, sizeBytes }, index) => {
      return { path, type, sizeBytes, action: actions[index] ?? 'create' };
    }),
    notes: manifest.notes,
  };
  return conclude(plan, warningsOf(manifest));
}

/**
 * Restores what was planned. Until all of it is unpacked and proven to be what the manifest says, the directory is as it
 * was. Errors: as of the plan; `VOPS-LOCK-BUSY` while another restore runs.
 */
export async function applyRestore(
  context: RestoreContext,
  plan: Outcome<Restore>,
  flags: RestoreFlags,
): Promise<Outcome<Restore>> {
  const { id, into, overwritten } = plan.result;
  const store = await openStore(context, flags);
  const site = { store, manifest: await findBackup(context, store, { ...flags, backup: id }), context };
  const holder = { command: 'backup restore', runId: context.runId, startedAt: context.now().toISOString() };
  const lock = { waitMs: 0, signal: context.signal, holder };
  await withLock(join(await context.state(), 'restore.lock'), lock, async () => {
    const target = await inspectTarget(into, flags.overwrite);
    await withStage(target.stage, async () => {
      const packed = await openPacked(site);
      await unpack(packed, { directory: target.stage, isDurable: overwritten > 0 });
      await finishDirectories(target.path, await moveIntoPlace(target, packed.entries));
    });
  });
  return { ...plan, result: { ...plan.result, applied: true, files: [] } };
}

async function findBackup({ config }: RestoreContext, store: Store, flags: RestoreFlags): Promise<Manifest> {
  const { backup, kind } = flags;
  const found = selectBackup(await store.list(), backup, { kind, source: (await config()).app.root });
  if (found.kind !== 'database') return found;
  throw new OperatorError('VOPS-USAGE', `${found.id} is a dump of a database`, {
    hint: `restore it with: viktoria-ops db restore ${found.id}`,
  });
}

async function refuseWithoutRoom(path: string, contentBytes: number): Promise<void> {
  const freeBytes = await freeSpaceAt(path);
  if (contentBytes <= freeBytes) return;
  throw new OperatorError(
    'VOPS-DISK-FULL',
    `the files take ${formatBytes(contentBytes)}, and ${path} has ${formatBytes(freeBytes)} free`,
    { hint: 'name a directory on a larger disk' },
  );
}

function warningsOf({ id, failure, archive }: Manifest): readonly Finding[] {
  const incomplete = archive?.incomplete ?? [];
  return [
    ...(failure ? [{ ...NOT_GOOD, message: `${id} failed its last verification: ${failure.reason}` }] : []),
    ...incomplete.map(({ path, reason }) => ({ ...INCOMPLETE, message: `${path} is not as it was: ${reason}` })),
  ];
}

const NOT_GOOD = { code: 'VOPS-BACKUP-NOT-GOOD', severity: 'warning', hint: 'prefer another backup' } as const;
const INCOMPLETE = { code: 'VOPS-BACKUP-INCOMPLETE', severity: 'warning' } as const;

/** The catalogue in a directory of this host. */
import { constants, createReadStream } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { OperatorError, systemCode } from '../errors.js';
import {
  ensurePrivateDirectory,
  fileError,
  type HeldDirectory,
  withDirectory,
  writeFileAtomic,
} from '../files/index.js';
import { withLock } from '../process/index.js';
import { isDamaged, listDirectory, readBackup } from './directory-list.js';
import { type Kind, MANIFEST_FILE, type Manifest, writeManifest } from './manifest.js';
import type { Store, StoredFile } from './store.js';
import { findInterrupted, PARTIAL, sweepInterrupted } from './sweep.js';

const LOCK_FILE = '.lock';
const LOCK_WAIT_MS = 60_000;

/** Opens the directory; it need not exist yet. `kind` lists only backups of that kind; `signal` ends waiting for others. */
export function directoryStore(directory: string, kind?: Kind, signal?: AbortSignal): Store {
  const list = () => listDirectory(directory, kind);
  const locked = <T>(use: () => Promise<T>) => whileLocked(directory, signal, use);
  const lockedAndHeld = <T>(use: (held: HeldDirectory) => Promise<T>) => locked(() => withDirectory(directory, use));
  return {
    label: directory,
    list,
    stat: (id, path) => statFile(join(directory, id, path)),
    read: (id, path) => openFile(join(directory, id, path)),
    update: (id, change) => locked(() => update(directory, id, change)),
    remove: (backup) => lockedAndHeld((held) => remove(held, backup)),
    exclusively: (use) => lockedAndHeld((held) => use({ list, remove: (backup) => setAside(held, backup) })),
    interrupted: () => findInterrupted(directory),
    sweep: (onFailure) => sweepInterrupted(directory, onFailure),
  };
}

async function statFile(path: string): Promise<StoredFile | undefined> {
  try {
    const [found, directory] = await Promise.all([lstat(path), lstat(dirname(path))]);
    if (!found.isFile()) return undefined;
    return { sizeBytes: found.size, mode: found.mode & 0o777, directoryMode: directory.mode & 0o777 };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('look at', path, error);
  }
}

/** Never through a link, never waiting for the other end of a FIFO. */
async function openFile(path: string): Promise<Readable> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  if ((await file.stat()).isFile()) return createReadStream('', { fd: file, highWaterMark: CHUNK_BYTES });
  await file.close();
  throw new OperatorError('VOPS-FILE', `cannot read ${path}: it is not a regular file`);
}

const CHUNK_BYTES = 2 ** 18;

/**
 * One change of the catalogue at a time: a verification must not undo a pin. Nobody changes that of somebody else, root
 * neither: its owner could then read neither the manifest nor the lock.
 */
async function whileLocked<T>(directory: string, signal: AbortSignal | undefined, use: () => Promise<T>): Promise<T> {
  await ensurePrivateDirectory(directory);
  const holder = { command: 'backup', runId: String(process.pid), startedAt: new Date().toISOString() };
  const patience = AbortSignal.timeout(LOCK_WAIT_MS * 2);
  const lock = { waitMs: LOCK_WAIT_MS, signal: signal ? AbortSignal.any([signal, patience]) : patience, holder };
  return withLock(join(directory, LOCK_FILE), lock, use);
}

async function update(directory: string, id: string, change: (manifest: Manifest) => Manifest) {
  const found = await readBackup(directory, id);
  if (found === undefined || isDamaged(found)) return undefined;
  const changed = change(found);
  const path = join(directory, id);
  await removeDrafts(path);
  await writeFileAtomic(join(path, MANIFEST_FILE), writeManifest(changed));
  return changed;
}

/** A manifest on its way to the disk. Whoever holds the lock knows that its writer is dead. */
const DRAFT = new RegExp(`^${MANIFEST_FILE.replace('.', '\\.')}\\.[0-9a-f]{12}\\.partial$`);

async function removeDrafts(path: string): Promise<void> {
  const names = await readdir(path);
  for (const name of names.filter((candidate) => DRAFT.test(candidate))) await rm(join(path, name), { force: true });
}

async function remove(held: HeldDirectory, backup: Pick<Manifest, 'id' | 'files'>): Promise<void> {
  await setAside(held, backup);
  await rm(held.at(backup.id + PARTIAL), { recursive: true, force: true }).catch((error: unknown) => {
    throw fileError('remove the backup', join(held.path, backup.id + PARTIAL), error);
  });
}

/**
 * Gives a backup the name of a part: it is no backup from now on, and swept should this process be killed.
 * @throws OperatorError VOPS-FILE-UNSAFE when it holds what is not of the backup
 */
async function setAside(held: HeldDirectory, { id, files }: Pick<Manifest, 'id' | 'files'>): Promise<void> {
  const path = join(held.path, id);
  try {
    await refuseStrangers(held.at(id), { path, files });
    await rename(held.at(id), held.at(id + PARTIAL));
    await held.sync();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError('remove the backup', path, error);
  }
}

/** What somebody else has put there is in no plan that anybody has seen. */
async function refuseStrangers(
  directory: string,
  { path, files }: Pick<Manifest, 'files'> & { readonly path: string },
): Promise<void> {
  const ours = new Set([MANIFEST_FILE, ...files.map((file) => file.path)]);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  const strangers = names.filter((name) => !ours.has(name) && !DRAFT.test(name));
  if (strangers.length === 0) return;
  throw new OperatorError(
    'VOPS-FILE-UNSAFE',
    `${path} holds what is not of the backup: ${strangers.slice(0, 3).join(', ')}`,
    {
      hint: 'move it elsewhere; then the backup can be removed',
    },
  );
}

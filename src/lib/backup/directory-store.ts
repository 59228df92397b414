/** The catalogue in a directory of this host. */
import { createReadStream } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { OperatorError, systemCode } from '../errors.js';
import { fileError, readRegularFile, syncDirectory, writeFileAtomic } from '../files/index.js';
import { withLock } from '../process/index.js';
import { BACKUP_ID, byTime, type Kind, MANIFEST_FILE, type Manifest, readManifest, writeManifest } from './manifest.js';
import type { Listing, Store, StoredFile } from './store.js';
import { PARTIAL } from './sweep.js';

/** A hundred thousand tables stay below this. */
const LARGEST_MANIFEST = 50_000_000;
const LOCK_FILE = '.lock';
const LOCK_WAIT_MS = 60_000;

/** Opens the directory; it need not exist yet. `kind` lists only backups of that kind. */
export function directoryStore(directory: string, kind?: Kind): Store {
  return {
    label: directory,
    list: () => list(directory, kind),
    stat: (id, path) => statFile(join(directory, id, path)),
    read: (id, path) => openFile(join(directory, id, path)),
    update: (id, change) => locked(directory, () => update(directory, id, change)),
    remove: ({ id }) => locked(directory, () => remove(directory, id)),
  };
}

async function list(directory: string, kind: Kind | undefined): Promise<Listing> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('read the catalogue', directory, error);
  });
  const ids = names.filter((name) => BACKUP_ID.test(name) && (kind === undefined || name.startsWith(`${kind}-`)));
  const read = (await Promise.all(ids.map((id) => readOne(directory, id)))).sort(byTime);
  return {
    backups: read.flatMap((found) => ('reason' in found ? [] : [found])),
    damaged: read.flatMap((found) => ('reason' in found ? [found] : [])),
  };
}

async function readOne(directory: string, id: string): Promise<Manifest | { id: string; reason: string }> {
  try {
    const text = (await readRegularFile(join(directory, id, MANIFEST_FILE), LARGEST_MANIFEST)).toString('utf8');
    const manifest = readManifest(text);
    if (manifest === undefined) return { id, reason: 'its manifest is damaged, or of a later version' };
    return manifest.id === id ? manifest : { id, reason: `its manifest is that of ${manifest.id}` };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { id, reason: error.message };
  }
}

async function statFile(path: string): Promise<StoredFile | undefined> {
  try {
    const found = await lstat(path);
    return found.isFile() ? { sizeBytes: found.size, mode: found.mode & 0o777 } : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('look at', path, error);
  }
}

async function openFile(path: string): Promise<Readable> {
  const stored = await statFile(path);
  if (stored === undefined) throw new OperatorError('VOPS-FILE', `${path} is not there, or no regular file`);
  const file = await open(path, 'r').catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  return createReadStream('', { fd: file, highWaterMark: CHUNK_BYTES });
}

const CHUNK_BYTES = 2 ** 18;

/** One change of the catalogue at a time: a verification must not undo a pin. */
function locked<T>(directory: string, use: () => Promise<T>): Promise<T> {
  const holder = { command: 'backup', runId: String(process.pid), startedAt: new Date().toISOString() };
  const signal = AbortSignal.timeout(LOCK_WAIT_MS * 2);
  return withLock(join(directory, LOCK_FILE), { waitMs: LOCK_WAIT_MS, signal, holder }, use);
}

async function update(directory: string, id: string, change: (manifest: Manifest) => Manifest) {
  const found = await readOne(directory, id);
  if ('reason' in found) return undefined;
  const changed = change(found);
  await writeFileAtomic(join(directory, id, MANIFEST_FILE), writeManifest(changed));
  return changed;
}

/** Renamed first: from then on it is a part, which the next sweep removes should this process be killed. */
async function remove(directory: string, id: string): Promise<void> {
  const path = join(directory, id);
  try {
    await rename(path, path + PARTIAL);
    await syncDirectory(directory);
    await rm(path + PARTIAL, { recursive: true, force: true });
  } catch (error) {
    throw fileError('remove the backup', path, error);
  }
}

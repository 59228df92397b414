/** What a catalogue in a directory holds. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.js';
import { fileError, readRegularFile } from '../files/index.js';
import { BACKUP_ID, byTime, type Kind, MANIFEST_FILE, type Manifest, readManifest } from './manifest.js';
import type { Damaged, Listing } from './store.js';

/** Every backup in the directory, which need not exist. Errors: `VOPS-FILE` where it cannot be read. */
export async function listDirectory(directory: string, kind: Kind | undefined): Promise<Listing> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('read the catalogue', directory, error);
  });
  const ids = names.filter((name) => BACKUP_ID.test(name) && (kind === undefined || name.startsWith(`${kind}-`)));
  const found: (Manifest | Damaged)[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const read = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => readBackup(directory, id)));
    found.push(...read.filter((one) => one !== undefined));
  }
  found.sort(byTime);
  return {
    backups: found.flatMap((one) => (isDamaged(one) ? [] : [one])),
    damaged: found.flatMap((one) => (isDamaged(one) ? [one] : [])),
  };
}

/** A thousand open files are more than many a process may have. */
const AT_ONCE = 16;

export const isDamaged = (found: Manifest | Damaged): found is Damaged => 'reason' in found;

/** A hundred thousand tables stay below this. */
const LARGEST_MANIFEST = 50_000_000;

/** The backup of that name; undefined when there is none, or none any more. */
export async function readBackup(directory: string, id: string): Promise<Manifest | Damaged | undefined> {
  const path = join(directory, id);
  try {
    // Through a link others could make us write elsewhere, and a removal would free nothing.
    if (!(await lstat(path)).isDirectory()) return { id, reason: 'it is a link or a file, not a directory' };
    const text = (await readRegularFile(join(path, MANIFEST_FILE), LARGEST_MANIFEST)).toString('utf8');
    const manifest = readManifest(text);
    if (manifest === undefined) return { id, reason: 'its manifest is damaged, or of a later version' };
    return manifest.id === id ? manifest : { id, reason: `its manifest is that of ${manifest.id}` };
  } catch (error) {
    if (await isGone(path)) return undefined; // removed while we looked
    return { id, reason: fileError('read', join(path, MANIFEST_FILE), error).message };
  }
}

const isGone = (path: string) =>
  lstat(path).then(
    () => false,
    (error: unknown) => systemCode(error) === 'ENOENT',
  );

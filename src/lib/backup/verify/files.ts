/** Proof of file archives. Level 2: all of it is read. Level 3: it is unpacked, and what lies on the disk is compared. */

import type { Finding } from '../../status.js';
import type { Entry } from '../archive/contents.js';
import { readThrough } from '../archive/read.js';
import { surveyTree } from '../archive/survey.js';
import { openPacked, type Packed, type PackedSite } from '../unpack/content.js';
import { unpack } from '../unpack/unpack.js';
import { proveInScratch } from './scratch.js';

/** How the levels 2 and 3 are proven: what is wrong is an error thrown, or a finding of that severity. */
export const filesProvers = { 2: proveByReading, 3: proveByUnpacking, restoresAllItReads: true } as const;

/**
 * Reads the whole archive: every entry has type, size and sha256 of the list, none is missing, none is too many. Writes
 * nothing. Errors: `VOPS-BACKUP-DAMAGED`; those of the store, the keys and the tools; the signal's reason when aborted.
 */
async function proveByReading(site: PackedSite): Promise<readonly Finding[]> {
  const { readAll } = await openPacked(site);
  await readAll(async (_, content) => {
    for await (const _ of content); // its checksum is checked on the way
  });
  return [];
}

/** Unpacks it and compares the files with the list. Errors: as above. */
function proveByUnpacking(site: PackedSite): Promise<readonly Finding[]> {
  return proveInScratch(site, async (directory) => {
    const packed = await openPacked(site);
    await unpack(packed, { directory, isPrivate: true });
    return compareUnpacked(packed, directory);
  });
}

/** Compares what was unpacked with the list it was unpacked by. */
export async function compareUnpacked({ entries }: Packed, directory: string): Promise<readonly Finding[]> {
  const survey = await surveyTree(directory, EVERYTHING);
  const found = new Map(survey.entries.map((entry) => [entry.path, entry]));
  for (const entry of entries) {
    const is = found.get(entry.path);
    found.delete(entry.path);
    if (is === undefined || !(await isSame(directory, is, entry)))
      return [differs(entry.path, 'is not what it should be after unpacking')];
  }
  const [more] = [...found.keys(), ...survey.leftOut.map(({ path }) => path)];
  return more === undefined ? [] : [differs(more, 'came out of the archive and is not in its list')];
}

const EVERYTHING = { takenBy: () => '**', mayHold: () => true, excludedBy: () => undefined };

const differs = (path: string, how: string): Finding => ({
  code: 'VOPS-BACKUP-DIFFERS',
  severity: 'error',
  message: `${JSON.stringify(path)} ${how}`,
  hint: 'use another backup, and look at the disk and the memory of this host (dmesg)',
});

async function isSame(directory: string, is: Entry, { type, sizeBytes, target, sha256 }: Entry): Promise<boolean> {
  if (is.type !== type || is.sizeBytes !== sizeBytes || is.target !== target) return false;
  if (type !== 'file') return true;
  const read = await readThrough(directory, is, async (_, content) => {
    for await (const _ of content); // hashed on the way
  });
  return 'sha256' in read && read.sha256 === sha256 && read.incomplete === undefined;
}

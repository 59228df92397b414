/** Proof of file archives. Level 2: all of it is read. Level 3: it is unpacked, and what lies on the disk is compared. */

import type { Entry } from '../archive/contents.js';
import { readThrough } from '../archive/read.js';
import { surveyTree } from '../archive/survey.js';
import { openPacked, type Packed } from '../unpack/content.js';
import { unpack } from '../unpack/unpack.js';
import { type Proof, type ProvingSite, proofOf } from './proof.js';
import { withScratch } from './scratch.js';

/**
 * Reads the whole archive: every entry has type, size and sha256 of the list, none is missing, none is too many. Writes
 * nothing. Errors: those of the store, the keys and the tools; the signal's reason when aborted.
 */
export function proveByReading(site: ProvingSite): Promise<Proof> {
  return proofOf(site, async () => {
    const { readAll } = await openPacked(site);
    await readAll(async (_, content) => {
      for await (const _ of content); // its checksum is checked on the way
    });
    return { findings: [] };
  });
}

/** Unpacks it and compares the files with the list. Errors: as above; `VOPS-DISK-FULL`, `VOPS-LOCK-BUSY`. */
export function proveByUnpacking(site: ProvingSite): Promise<Proof> {
  const { state, signal, manifest } = site;
  return proofOf(site, () =>
    withScratch({ state, id: manifest.id, signal }, async (directory) => {
      const packed = await openPacked(site);
      await unpack(packed, { directory, isPrivate: true });
      return compareUnpacked(packed, directory);
    }),
  );
}

/** Compares what was unpacked with the list it was unpacked by. */
export async function compareUnpacked({ entries }: Packed, directory: string): Promise<Proof> {
  const all = { takenBy: () => '**', mayHold: () => true, excludedBy: () => undefined };
  const survey = await surveyTree(directory, all);
  const found = new Map(survey.entries.map((entry) => [entry.path, entry]));
  for (const entry of entries) {
    const is = found.get(entry.path);
    found.delete(entry.path);
    if (is === undefined || !(await isSame(directory, is, entry))) {
      return { findings: [], failure: `${JSON.stringify(entry.path)} is not what it should be after unpacking` };
    }
  }
  const [more] = [...found.keys(), ...survey.leftOut.map(({ path }) => path)];
  if (more === undefined) return { findings: [] };
  return { findings: [], failure: `${JSON.stringify(more)} came out of the archive and is not in its list` };
}

async function isSame(directory: string, is: Entry, { type, sizeBytes, target, sha256 }: Entry): Promise<boolean> {
  if (is.type !== type || is.sizeBytes !== sizeBytes || is.target !== target) return false;
  if (type !== 'file') return true;
  const read = await readThrough(directory, is, async (_, content) => {
    for await (const _ of content); // hashed on the way
  });
  return 'sha256' in read && read.sha256 === sha256 && read.incomplete === undefined;
}

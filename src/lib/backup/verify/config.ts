/** Proof of configuration snapshots. Level 2: each file can be parsed. Level 3: ours would be accepted by a start. */
import { extname, join } from 'node:path';
import { checkMaskedConfig, isParsable } from '../../config/index.js';
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import { openPacked } from '../unpack/content.js';
import { unpack } from '../unpack/unpack.js';
import { compareUnpacked } from './files.js';
import { type Proof, type ProvingSite, proofOf } from './proof.js';
import { withScratch } from './scratch.js';

/** Where our own file is in a snapshot; everything else is the backend's. */
const OWN = /^viktoria-ops\//;
/** A snapshot holds no larger file. */
const LARGEST_FILE = 1_000_000;

/**
 * Reads every file; JSON and YAML must parse. What the backend's own loader may accept and we do not (comments in JSON,
 * tags) is a remark: it is in the snapshot as it was. Errors: those of the store; the signal's reason when aborted.
 */
export function proveSnapshotByReading(site: ProvingSite): Promise<Proof> {
  return proofOf(site, async () => {
    const unparsable: string[] = [];
    const { readAll } = await openPacked(site);
    await readAll(async ({ path, sizeBytes }, content) => {
      const chunks: Buffer[] = [];
      for await (const chunk of content) if (sizeBytes <= LARGEST_FILE) chunks.push(chunk);
      if (sizeBytes > LARGEST_FILE) return;
      if (!(await isParsable(path, Buffer.concat(chunks).toString('utf8')))) unparsable.push(path);
    });
    const own = unparsable.find((path) => OWN.test(path));
    const findings = unparsable.filter((path) => path !== own).map(remark);
    return { findings, ...(own !== undefined && { failure: `${own} cannot be parsed` }) };
  });
}

const remark = (path: string): Finding => ({
  code: 'VOPS-BACKUP-UNPARSABLE',
  severity: 'warning',
  message: `${path} in the snapshot is no valid ${extname(path).slice(1).toUpperCase()}`,
  hint: "look at the backend's file: the snapshot has it as it was",
});

/** Unpacks it, compares, and puts our own file to the test of a start. Errors: as above; `VOPS-DISK-FULL`, `VOPS-LOCK-BUSY`. */
export function proveSnapshotByUnpacking(site: ProvingSite): Promise<Proof> {
  const { state, signal, manifest } = site;
  return proofOf(site, () =>
    withScratch({ state, id: manifest.id, signal }, async (directory) => {
      const packed = await openPacked(site);
      await unpack(packed, { directory, isPrivate: true });
      const own = packed.entries.find(({ path, type }) => type === 'file' && OWN.test(path));
      const refusal = own && (await refusalOf(join(directory, own.path)));
      if (own && refusal !== undefined) {
        return { findings: [], failure: `${own.path} would be refused: ${refusal.replaceAll(`${directory}/`, '')}` };
      }
      return compareUnpacked(packed, directory);
    }),
  );
}

async function refusalOf(file: string): Promise<string | undefined> {
  try {
    await checkMaskedConfig(file);
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError && error.code.startsWith('VOPS-CONFIG-')) return error.message;
    throw error;
  }
}

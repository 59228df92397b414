/** Proof of configuration snapshots. Level 2: each file can be parsed. Level 3: ours would be accepted by a start. */
import { extname, join } from 'node:path';
import { checkMaskedConfig, isParsable } from '../../config/index.js';
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import { openPacked, type PackedSite } from '../unpack/content.js';
import { unpack } from '../unpack/unpack.js';
import { compareUnpacked } from './files.js';
import { proveInScratch } from './scratch.js';

/** Where our own file is in a snapshot; everything else is the backend's. */
const OWN = /^viktoria-ops\//;
/** A snapshot holds no larger file. */
const LARGEST_FILE = 1_000_000;

/** How the levels 2 and 3 are proven: what is wrong is an error thrown, or a finding of that severity. */
export const configProvers = { 2: proveByReading, 3: proveByUnpacking, restoresAllItReads: false } as const;

/**
 * Reads every file; JSON and YAML must parse. What the backend's own loader may accept and we do not (comments in JSON,
 * tags) is a remark: it is in the snapshot as it was. Errors: `VOPS-BACKUP-DAMAGED`; those of the store.
 */
async function proveByReading(site: PackedSite): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { readAll } = await openPacked(site);
  await readAll(async ({ path, sizeBytes }, content) => {
    const chunks: Buffer[] = [];
    for await (const chunk of content) if (sizeBytes <= LARGEST_FILE) chunks.push(chunk);
    if (sizeBytes > LARGEST_FILE || (await isParsable(path, Buffer.concat(chunks).toString('utf8')))) return;
    findings.push(OWN.test(path) ? unusable(`${path} cannot be parsed`) : remark(path));
  });
  return findings;
}

const unusable = (message: string): Finding => ({
  code: 'VOPS-BACKUP-DIFFERS',
  severity: 'error',
  message,
  hint: 'make another (viktoria-ops config backup)',
});

const remark = (path: string): Finding => ({
  code: 'VOPS-BACKUP-UNPARSABLE',
  severity: 'warning',
  message: `${path} in the snapshot is no valid ${extname(path).slice(1).toUpperCase()}`,
  hint: "look at the backend's file: the snapshot has it as it was",
});

/** Unpacks it, compares, and puts our own file to the test of a start. Errors: as above. */
function proveByUnpacking(site: PackedSite): Promise<readonly Finding[]> {
  return proveInScratch(site, async (directory) => {
    const packed = await openPacked(site);
    await unpack(packed, { directory, isPrivate: true });
    const own = packed.entries.find(({ path, type }) => type === 'file' && OWN.test(path));
    const refusal = own && (await refusalOf(join(directory, own.path)));
    if (own === undefined || refusal === undefined) return compareUnpacked(packed, directory);
    return [unusable(`${own.path} would be refused: ${refusal.replaceAll(`${directory}/`, '')}`)];
  });
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

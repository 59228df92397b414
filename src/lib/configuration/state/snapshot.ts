/** The configuration as a snapshot of the catalogue has it. */
import { openPacked, type PackedSite } from '../../backup/index.js';
import { FINGERPRINTS_FILE, Fingerprints } from '../fingerprints.js';
import { MAX_FILE_BYTES } from '../sources.js';
import type { ConfigState } from './state.js';

/** Reads all of it; every file is proven by its checksum. Errors: `VOPS-BACKUP-DAMAGED`, those of the store. */
export async function readSnapshot(site: PackedSite): Promise<ConfigState> {
  const files = new Map<string, Buffer>();
  const { readAll } = await openPacked(site);
  await readAll(async ({ path, type, sizeBytes }, content) => {
    const chunks: Buffer[] = [];
    for await (const chunk of content) if (sizeBytes <= LARGEST) chunks.push(chunk);
    if (type === 'file' && sizeBytes <= LARGEST) files.set(path, Buffer.concat(chunks));
  });
  const fingerprints = parseFingerprints(files.get(FINGERPRINTS_FILE));
  files.delete(FINGERPRINTS_FILE);
  return { label: site.manifest.id, at: site.manifest.createdAt, files, fingerprints, findings: [] };
}

/** The list of fingerprints may be larger than any file. */
const LARGEST = 2 * MAX_FILE_BYTES;

/** Undefined for a snapshot from before there were any. */
function parseFingerprints(content: Buffer | undefined): Fingerprints | undefined {
  return content && Fingerprints.safeParse(JSON.parse(content.toString('utf8'))).data;
}

/** Level 1: every file has the length and the checksum that the manifest says, and a key of ours opens it. */
import type { Finding } from '../../status.js';
import { checksum } from '../catalogue.js';
import { decrypt } from '../encryption.js';
import type { Manifest } from '../manifest.js';
import type { VerifySite } from './site.js';

export async function proveChecksums(site: VerifySite): Promise<readonly Finding[]> {
  const { store, manifest, context } = site;
  const findings: Finding[] = [];
  for (const file of manifest.files) {
    context.signal.throwIfAborted();
    const stored = await checksum(await store.read(manifest.id, file.path));
    if (stored.sizeBytes !== file.sizeBytes || stored.sha256 !== file.sha256) findings.push(altered(file, stored));
  }
  if (findings.length === 0) await tryKeys(site);
  return findings;
}

function altered(
  { path, sizeBytes }: Manifest['files'][number],
  stored: Pick<Manifest['files'][number], 'sizeBytes'>,
): Finding {
  const how =
    stored.sizeBytes === sizeBytes ? 'its checksum is another' : `it has ${stored.sizeBytes} bytes, not ${sizeBytes}`;
  return { code: 'VOPS-BACKUP-DAMAGED', severity: 'error', message: `${path} is damaged: ${how}` };
}

/** A lost key is found out while there is time to look for it. A host without any key cannot tell. */
async function tryKeys({ store, manifest, context }: VerifySite): Promise<void> {
  const identities = (await context.config()).backup.encryption?.identities ?? [];
  const sealed = manifest.files.find(({ path }) => path.endsWith('.age'));
  if (sealed === undefined || identities.length === 0) return;
  const opened = await decrypt(await store.read(manifest.id, sealed.path), { identities });
  opened.on('error', () => {}).destroy();
}

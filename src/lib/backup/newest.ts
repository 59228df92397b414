import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../files/index.js';
import { MANIFEST_FILE, Manifest } from './manifest.js';

const LARGEST_MANIFEST = 10_000_000;

/**
 * The newest whole backup of a kind in the catalogue; undefined when there is none, or no catalogue yet. Names sort by
 * time; what has no readable manifest is no backup.
 */
export async function newestBackup(catalogue: string, kind: Manifest['kind']): Promise<Manifest | undefined> {
  const names = await readdir(catalogue).catch(() => []);
  const ids = names.filter((name) => name.startsWith(`${kind}-`) && !name.endsWith('.partial'));
  for (const id of ids.sort().reverse()) {
    const manifest = await readManifest(join(catalogue, id, MANIFEST_FILE));
    if (manifest?.kind === kind) return manifest;
  }
  return undefined;
}

async function readManifest(path: string): Promise<Manifest | undefined> {
  try {
    const content = await readRegularFile(path, LARGEST_MANIFEST);
    return Manifest.safeParse(JSON.parse(content.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Backups as data, and on the disk: real manifests, real files. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stampOf } from '../../src/lib/backup/catalogue.js';
import { Manifest, writeManifest } from '../../src/lib/backup/manifest.js';

export interface BackupOptions extends Partial<Omit<Manifest, 'createdAt' | 'files'>> {
  readonly createdAt: Date;
  /** Contents of its files by path; default: one small file. */
  readonly content?: Readonly<Record<string, string>>;
  /** Size of its one file, where only the manifest matters. */
  readonly sizeBytes?: number;
  /** Levels reached at its birth. */
  readonly levels?: readonly (0 | 1 | 2 | 3)[];
}

/** A manifest, by default of a good snapshot of the configuration. */
export function manifestOf({ createdAt, content, sizeBytes, levels = [1], ...about }: BackupOptions): Manifest {
  const kind = about.kind ?? 'config';
  const at = createdAt.toISOString();
  const contents = content ?? { 'a.txt': 'content' };
  return Manifest.parse({
    schemaVersion: 1,
    id: `${kind}-${stampOf(createdAt)}-${randomBytes(4).toString('hex')}`,
    kind,
    createdAt: at,
    host: 'host',
    source: '/srv/backend',
    files: Object.entries(contents).map(([path, text]) => ({
      path,
      sizeBytes: sizeBytes ?? Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
      mode: '0600',
    })),
    notes: [],
    verified: levels.map((level) => ({ level, at, durationMs: 1 })),
    ...about,
  });
}

/** Writes a backup into a catalogue as `createBackup` leaves it. */
export function writeBackup(catalogue: string, options: BackupOptions): Manifest {
  const manifest = manifestOf(options);
  const directory = join(catalogue, manifest.id);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const [path, text] of Object.entries(options.content ?? { 'a.txt': 'content' })) {
    mkdirSync(dirname(join(directory, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, path), text, { mode: 0o600 });
  }
  writeFileSync(join(directory, 'manifest.json'), writeManifest(manifest), { mode: 0o600 });
  return manifest;
}

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import archives, { type Header } from 'tar-stream';
import type { Entry } from '../../src/lib/backup/archive/contents.js';
import { directoryStore } from '../../src/lib/backup/directory-store.js';
import { Manifest, writeManifest } from '../../src/lib/backup/manifest.js';
import type { PackedSite } from '../../src/lib/backup/unpack/content.js';
import { filesProvers } from '../../src/lib/backup/verify/files.js';
import { explain } from '../../src/lib/errors.js';
import type { Finding } from '../../src/lib/status.js';
import { testContext } from './context.js';
import { temporaryDirectory } from './run.js';

export const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

export interface Workplace {
  readonly directory: string;
  readonly root: string;
  readonly catalogue: string;
  readonly state: string;
  readonly config: string;
}

/** A backend's root to be filled, a catalogue, and a configuration that names both. */
export function workplace(backup: object = {}, directory = temporaryDirectory()): Workplace {
  const at = (name: string) => join(directory, name);
  mkdirSync(at('root'));
  mkdirSync(at('state'), { mode: 0o700 });
  const sections = {
    app: { url: 'http://127.0.0.1:9', root: at('root') },
    backup: { directory: at('backups'), files: { include: ['.'], exclude: [] }, ...backup },
    stateDirectory: at('state'),
  };
  writeFileSync(at('config.json'), JSON.stringify(sections), { mode: 0o600 });
  return {
    directory,
    root: at('root'),
    catalogue: at('backups'),
    state: at('state'),
    config: at('config.json'),
  };
}

/** The only backup of the catalogue, and what it takes to read and to prove it. */
export async function onlySite({ catalogue, config }: Workplace, env = {}): Promise<PackedSite> {
  const store = directoryStore(catalogue);
  const { backups, damaged } = await store.list();
  const [manifest] = backups;
  if (!manifest || backups.length + damaged.length !== 1) throw new Error(`${backups.length} backups`);
  return {
    store,
    manifest,
    context: testContext({ configFlags: { config }, env: { PATH: process.env.PATH, ...env } }),
  };
}

/** What the ladder makes of a proof: remarks, and why the backup is no good one. */
export async function outcomeOf(proof: Promise<readonly Finding[]>) {
  const found = await proof.catch((error: unknown): readonly Finding[] => {
    const { code, message } = explain(error);
    if (/^VOPS-(BACKUP-DAMAGED|TOOL-FAILED)$/.test(code)) return [{ code, message, severity: 'error' }];
    throw error;
  });
  const failure = found.find(({ severity }) => severity === 'error')?.message;
  const findings = found.filter(({ severity }) => severity !== 'error').map(({ message }) => message);
  return { findings, ...(failure !== undefined && { failure }) };
}

/** Both levels of proof of a file archive. */
export const proveByReading = (site: PackedSite) => outcomeOf(filesProvers[2](site));
export const proveByUnpacking = (site: PackedSite) => outcomeOf(filesProvers[3](site));

export const contentsOf = (backup: string): Entry[] =>
  readFileSync(join(backup, 'contents.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

export const backupsIn = (catalogue: string) => readdirSync(catalogue).filter((name) => !name.endsWith('.lock'));

export interface Forged {
  readonly tar: readonly (readonly [Header, content?: string | Buffer])[] | Buffer;
  readonly contents: readonly Partial<Entry>[] | string | undefined;
  readonly archive?: { readonly entries?: number; readonly contentBytes?: number };
}

/** Puts a backup into the catalogue that says whatever is wanted, with a manifest that is right about its files. */
export async function forge(catalogue: string, { tar, contents, archive }: Forged): Promise<string> {
  const id = `files-20260101T030000Z-${randomBytes(4).toString('hex')}`;
  const directory = join(catalogue, id);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const entries = Array.isArray(contents) ? contents.map(entryOf) : [];
  const list = typeof contents === 'string' ? contents : entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const files = {
    'files.tar': Buffer.isBuffer(tar) ? tar : await tarOf(tar),
    ...(contents === undefined ? {} : { 'contents.jsonl': Buffer.from(list) }),
  };
  for (const [name, data] of Object.entries(files)) writeFileSync(join(directory, name), data, { mode: 0o600 });
  const manifest = Manifest.parse({
    schemaVersion: 1,
    id,
    kind: 'files',
    createdAt: '2026-01-01T03:00:00.000Z',
    host: 'h',
    source: '/srv',
    files: Object.entries(files).map(([path, data]) => {
      return { path, sizeBytes: data.length, sha256: sha256(data), mode: '0600' };
    }),
    notes: [],
    archive: {
      root: '/srv',
      entries: archive?.entries ?? entries.length,
      contentBytes: archive?.contentBytes ?? entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      incomplete: [],
    },
    verified: [{ level: 1, at: '2026-01-01T03:00:00.000Z', durationMs: 0 }],
  });
  writeFileSync(join(directory, 'manifest.json'), writeManifest(manifest), { mode: 0o600 });
  return id;
}

const entryOf = (given: Partial<Entry>) => ({
  path: 'a',
  type: 'file' as const,
  mode: '0644',
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  modifiedAt: '2026-01-01T00:00:00.000Z',
  ...given,
});

async function tarOf(entries: readonly (readonly [Header, content?: string | Buffer])[]): Promise<Buffer> {
  const tar = archives.pack();
  for (const [header, content] of entries) tar.entry({ mtime: new Date(0), ...header }, content);
  tar.finalize();
  return buffer(tar);
}

/** A backup of files as a list of entries and their content, whatever its kind and wherever it is kept. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Header } from 'tar-stream';
import type { Context } from '../../context.js';
import { OperatorError, systemCode } from '../../errors.js';
import { ARCHIVE_NAME, CONTENTS_NAME, contentBytesOf, type Entry, readContents } from '../archive/contents.js';
import { whyUnsafe } from '../archive/inside.js';
import { encodingOf } from '../encoding.js';
import type { Manifest } from '../manifest.js';
import type { Store } from '../store.js';
import { contentOf, openStored } from '../stored.js';

/** A backup, and what it takes to read it. */
export interface PackedSite {
  readonly store: Store;
  readonly manifest: Manifest;
  readonly context: Pick<Context, 'config' | 'env' | 'signal' | 'state'>;
}

type Take = (entry: Entry, content: AsyncIterable<Buffer>) => Promise<void>;

export interface Packed {
  /** Safe to unpack: see `whyUnsafe`. */
  readonly entries: readonly Entry[];
  /** Hands over the entries in their order. A content that is not the one of the list fails while it is read. */
  readonly readAll: (take: Take) => Promise<void>;
}

/**
 * Opens a backup of the kinds `files` and `config`. Nothing read of it counts before `readAll` has ended well.
 * Errors: `VOPS-BACKUP-DAMAGED` for what is damaged, hostile, or not what the list says; those of the store and the keys.
 */
export async function openPacked(site: PackedSite): Promise<Packed> {
  const entries = site.manifest.kind === 'files' ? await listFiles(site) : listSnapshot(site.manifest);
  const reason = whyUnsafe(entries);
  if (reason !== undefined) throw damaged(site, `it is not safe to unpack: ${reason}`);
  const readAll = site.manifest.kind === 'files' ? readTar : readSnapshot;
  return { entries, readAll: (take) => readAll(site, entries, take) };
}

/** The list and the manifest have to agree, so that neither can promise more than the other. */
async function listFiles(site: PackedSite): Promise<readonly Entry[]> {
  const { archive } = site.manifest;
  if (archive === undefined) throw damaged(site, 'its manifest tells nothing of an archive');
  const entries = await readContents(contentBehind(site, CONTENTS_NAME), archive.entries);
  if (entries.length === archive.entries && contentBytesOf(entries) === archive.contentBytes) return entries;
  throw damaged(site, `${CONTENTS_NAME} lists ${entries.length} entries, the manifest counts ${archive.entries}`);
}

async function readTar(site: PackedSite, entries: readonly Entry[], take: Take): Promise<void> {
  const { default: archives } = await import('tar-stream');
  const tar = archives.extract();
  const fed = pipeline(contentBehind(site, ARCHIVE_NAME), tar);
  fed.catch(() => {}); // told below
  let index = 0;
  try {
    for await (const found of tar) {
      const entry = entries[index++];
      if (entry === undefined || !isSame(found.header, entry)) throw differs(site, found.header.name);
      await take(entry, checked(site, entry, contentOfEntry(found, fed)));
    }
    await fed;
  } catch (error) {
    throw TAR_ERROR.test(String(error)) ? damaged(site, `${ARCHIVE_NAME} is no whole tar`) : error;
  }
  const missing = entries[index];
  if (missing !== undefined) throw differs(site, missing.path);
}

/** Why an entry ends early is known to whoever feeds the tar. */
async function* contentOfEntry(found: AsyncIterable<Buffer>, fed: Promise<void>): AsyncGenerator<Buffer> {
  try {
    yield* found;
  } catch (error) {
    await fed;
    throw error;
  }
}

/** All that tar-stream says; its errors have no code. */
const TAR_ERROR = /Invalid (tar )?header|Header exceeds max size|Unexpected end of data|Invalid pax|premature/i;
const TYPES: Readonly<Record<string, Entry['type']>> = { file: 'file', directory: 'directory', symlink: 'link' };

function isSame({ name, type, size = 0, linkname }: Header, { path, sizeBytes, target, ...entry }: Entry): boolean {
  const isTarget = (linkname ?? undefined) === target || (target === undefined && !linkname);
  return name.replace(/\/$/, '') === path && TYPES[type ?? ''] === entry.type && size === sizeBytes && isTarget;
}

const differs = (site: PackedSite, name: string) =>
  damaged(site, `${ARCHIVE_NAME} and ${CONTENTS_NAME} differ at ${JSON.stringify(name)}`);

async function* checked(
  site: PackedSite,
  { path, sha256 }: Entry,
  content: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  if (sha256 !== undefined && hash.digest('hex') !== sha256) {
    throw damaged(site, `the content of ${JSON.stringify(path)} has another checksum than its entry`);
  }
}

/** The files of a snapshot lie in the backup one by one, and the directories above them go without saying. */
function listSnapshot({ files, createdAt }: Manifest): readonly Entry[] {
  const about = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, modifiedAt: createdAt };
  const above = files.flatMap(({ path }) => ancestorsOf(path));
  const directories = [...new Set(above)].map((path): Entry => {
    return { path, type: 'directory', mode: '0700', sizeBytes: 0, ...about };
  });
  const listed = files.map(({ path, mode, sizeBytes, sha256 }): Entry => {
    return { path, type: 'file', mode, sizeBytes, sha256, ...about };
  });
  return [...directories, ...listed];
}

function ancestorsOf(path: string): readonly string[] {
  const above = posix.dirname(path);
  return above === '.' ? [] : [...ancestorsOf(above), above];
}

async function readSnapshot(site: PackedSite, entries: readonly Entry[], take: Take): Promise<void> {
  for (const entry of entries) {
    const content = entry.type === 'file' ? contentOfFile(site, entry.path, AS_IT_IS) : nothing();
    await take(entry, checked(site, entry, content));
  }
}

const AS_IT_IS = { endings: '', programs: [], transforms: [] } as const;

async function* nothing(): AsyncGenerator<Buffer> {}

/** The content of the file of this name and any endings. */
async function* contentBehind(site: PackedSite, name: string): AsyncGenerator<Buffer> {
  const file = site.manifest.files.find(({ path }) => path.replace(/(\.zst|\.gz)?(\.age)?$/, '') === name);
  if (file === undefined) throw damaged(site, `it has no ${name}`);
  const { encryption } = (await site.context.config()).backup;
  const encoding = await encodingOf(file.path, encryption ?? { identities: [] }, site.context);
  yield* contentOfFile(site, file.path, encoding);
}

async function* contentOfFile(
  site: PackedSite,
  path: string,
  encoding: Awaited<ReturnType<typeof encodingOf>>,
): AsyncGenerator<Buffer> {
  try {
    yield* contentOf(await openStored(site, path, encoding), site.context.signal);
  } catch (error) {
    if (systemCode(error)?.startsWith('Z_')) throw damaged(site, `${path} cannot be unpacked`); // zlib
    throw error;
  }
}

const damaged = ({ manifest }: PackedSite, how: string) =>
  new OperatorError('VOPS-BACKUP-DAMAGED', `${manifest.id} is damaged: ${how}`, {
    hint: 'use another backup; viktoria-ops backup verify --all tells which are whole',
  });

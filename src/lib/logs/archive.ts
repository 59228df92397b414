/** Compresses a rotated log. The original goes only when the archive is on disk and proven to hold all of it. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, rm } from 'node:fs/promises';
import { OperatorError, systemCode } from '../errors.js';
import {
  type Compressor,
  compress,
  createLike,
  type HeldDirectory,
  isArchiveOf,
  isIntact,
  renameToFree,
  withRegularFile,
} from '../files/index.js';
import { numberedName, partialName } from './names.js';

export interface Archiving {
  readonly directory: HeldDirectory;
  /** The rotated log. */
  readonly name: string;
  readonly compressor: Compressor;
  readonly signal: AbortSignal;
}

export interface Archive {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Replaces the rotated log by an archive of the same mode, owner and time. Undefined when the log grew meanwhile: then
 * it stays as it was, for a later run.
 * Errors: `VOPS-DISK-FULL`, `VOPS-TOOL-FAILED`, `VOPS-FILE-UNSAFE`, those of the file system; the log is untouched then.
 */
export async function archiveLog(archiving: Archiving): Promise<Archive | undefined> {
  const { directory, name } = archiving;
  return withRegularFile({ directory, name, flags: constants.O_RDONLY }, async (source, before) => {
    const archive = (await findFinished(archiving, source)) ?? (await makeArchive(archiving, source, before));
    if (archive === undefined) return undefined;
    await directory.sync();
    if ((await source.stat()).size !== before.size) {
      await rm(directory.at(archive.name));
      return undefined;
    }
    await removeOriginal(archiving, archive);
    return archive;
  });
}

/**
 * Removes the log; of two runs that have archived it one does. The other's archive goes, unless it has the very name by
 * which a run finds that one is finished: that one may have removed the log relying on it.
 */
async function removeOriginal(archiving: Archiving, archive: Archive): Promise<void> {
  const { directory, name } = archiving;
  try {
    await rm(directory.at(name));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    if (archive.name === archiveName(archiving)) return;
    await rm(directory.at(archive.name));
    throw error; // it has gone, and that is said
  }
}

const archiveName = ({ name, compressor }: Archiving): string => `${name}${compressor.extension}`;

/** The archive of a run that was cut short, or of another run, just before it removed the original. */
async function findFinished(archiving: Archiving, source: FileHandle): Promise<Archive | undefined> {
  const { directory, compressor, signal } = archiving;
  const name = archiveName(archiving);
  try {
    return await withRegularFile({ directory, name, flags: constants.O_RDONLY }, async (archive, { size }) =>
      (await isArchiveOf(compressor, { archive, source }, signal)) ? { name, sizeBytes: size } : undefined,
    );
  } catch (error) {
    const isNone = systemCode(error) === 'ENOENT' || systemCode(error) === 'ELOOP';
    if (isNone || (error instanceof OperatorError && error.code === 'VOPS-FILE-UNSAFE')) return undefined;
    throw error;
  }
}

async function makeArchive(archiving: Archiving, source: FileHandle, before: Stats): Promise<Archive | undefined> {
  const { directory, signal } = archiving;
  const wanted = archiveName(archiving);
  const partial = partialName(wanted);
  const target = await createLike(directory, partial, before);
  try {
    await compressAndProve(archiving, { source, target, partial });
    await target.utimes(before.atime, before.mtime);
    const { size: sizeBytes } = await target.stat();
    // Another run may have been at the same log, and be done with it: two archives would have each line twice.
    const finished = await findFinished(archiving, source);
    if (finished) return finished;
    return { name: await renameToFree(directory, partial, (number) => numberedName(wanted, number)), sizeBytes };
  } catch (error) {
    // A log that grows while it is read makes a program stop, or its archive differ.
    if (!signal.aborted && (await source.stat()).size !== before.size) return undefined;
    throw error;
  } finally {
    await target.close();
    await rm(directory.at(partial), { force: true });
  }
}

interface Making {
  readonly source: FileHandle;
  readonly target: FileHandle;
  readonly partial: string;
}

async function compressAndProve(archiving: Archiving, { source, target, partial }: Making): Promise<void> {
  const { name, directory, compressor, signal } = archiving;
  await compress(compressor, { source, target }, signal);
  // Opened anew, for what is proven must be what a reader will find. The disk works meanwhile.
  const opened = { directory, name: partial, flags: constants.O_RDONLY };
  const proof = withRegularFile(opened, (archive) => isIntact(compressor, { archive, source }, signal));
  const [isWhole] = await Promise.all([proof, target.sync()]);
  if (isWhole) return;
  throw new OperatorError(
    'VOPS-TOOL-FAILED',
    `what ${compressor.name} made of ${name} cannot be unpacked to the same`,
    {
      hint: 'check the disk and the memory (dmesg), or set logs.compression to another program',
    },
  );
}

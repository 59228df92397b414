/** Takes a log out of the writer's way, so that no line is lost and the log's name is there for the next one. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, link, rm } from 'node:fs/promises';
import { systemCode } from '../errors.js';
import { createLike, type HeldDirectory, renameToFree, withRegularFile } from '../files/index.js';
import { numberedName, partialName } from './names.js';
import { copyThenTruncate, type LogAndCopy } from './truncate.js';

interface Move {
  readonly directory: HeldDirectory;
  readonly log: string;
  /** The name it should get; a number is added when that is taken. */
  readonly target: string;
  readonly rotateAboveBytes: number;
}

/** Moves the log aside by the method and returns its new name; undefined when another run has just done it. */
export const MOVE = { rename: moveByRenaming, copytruncate: moveByCopying } as const;

/** The writer goes on in the renamed file until it opens the log anew. */
async function moveByRenaming(move: Move): Promise<string | undefined> {
  const { directory, log, target } = move;
  return withRegularFile({ directory, name: log, flags: constants.O_RDONLY }, async (_file, found) => {
    if (found.size <= move.rotateAboveBytes) return undefined;
    // Made ready first: if it cannot be, nothing has happened, and the writer never meets a log it may not write.
    const fresh = partialName(log);
    await (await createLike(directory, fresh, found)).close();
    try {
      const name = await renameToFree(directory, log, (number) => numberedName(target, number));
      await nameFreshLog(move, fresh, found);
      return name;
    } finally {
      await rm(directory.at(fresh), { force: true });
    }
  });
}

/** Gives the fresh file the name of the log, unless the writer has made one meanwhile: its lines must stay. */
async function nameFreshLog({ directory, log }: Move, fresh: string, like: Stats): Promise<void> {
  try {
    await link(directory.at(fresh), directory.at(log));
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    await createLike(directory, log, like).then(close, ignoreExisting); // a file system without hard links
  }
}

const close = (file: FileHandle) => file.close();

function ignoreExisting(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error;
}

/** The writer keeps its file; what it writes between the last read and the truncation is lost. */
async function moveByCopying(move: Move): Promise<string | undefined> {
  const { directory, log: name } = move;
  return withRegularFile({ directory, name, flags: constants.O_RDWR }, async (file, found) => {
    if (found.size <= move.rotateAboveBytes) return undefined;
    const partial = partialName(move.target);
    const copy = await createLike(directory, partial, found);
    try {
      const target = await copyOrRemove(move, partial, { file, copy });
      // From here on the copy is all there is of these lines: it stays, whatever fails.
      await copy.sync();
      await copy.utimes(found.atime, found.mtime);
      return target;
    } finally {
      await copy.close();
    }
  });
}

async function copyOrRemove({ directory, target }: Move, partial: string, files: LogAndCopy): Promise<string> {
  let name = partial;
  try {
    await copyThenTruncate(files, async () => {
      name = await renameToFree(directory, partial, (number) => numberedName(target, number));
      await directory.sync();
    });
    return name;
  } catch (error) {
    await rm(directory.at(name), { force: true });
    throw error;
  }
}

/** Directories that only their owner may enter: state, backups, logs. */
import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { OperatorError, systemCode } from '../errors.js';
import { fileError } from './errors.js';

/**
 * Makes a directory, and those above it, with 0700 whatever the umask. One that exists keeps its mode but must be safe:
 * a directory of ours or of root, not reached through somebody else's symlink, not writable by everybody.
 * Errors: `VOPS-FILE-UNSAFE`, `VOPS-FILE`, `VOPS-DISK-FULL`.
 */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  try {
    // A dangling symlink is not followed by mkdir: it fails with EEXIST, and `refuseUnsafe` says what is there.
    const made = await mkdir(path, { recursive: true, mode: 0o700 }).catch(ignoreExisting);
    if (made === undefined) await refuseUnsafe(path);
    else await chmod(path, 0o700); // a umask such as 0277 takes even the owner's bits
  } catch (error) {
    throw fileError('make the directory', path, error);
  }
}

function ignoreExisting(error: unknown): undefined {
  if (systemCode(error) !== 'EEXIST') throw error;
}

async function refuseUnsafe(path: string): Promise<void> {
  const link = await lstat(path);
  if (link.isSymbolicLink() && !isTrusted(link.uid)) {
    throw unsafe(
      path,
      `is a symbolic link of uid ${link.uid}`,
      `look at it with: ls -ld ${path}, and name the real directory`,
    );
  }
  const directory = link.isSymbolicLink() ? await stat(path) : link;
  if (!directory.isDirectory()) {
    throw new OperatorError('VOPS-FILE', `${path} is not a directory`, { hint: 'name another path or move the file' });
  }
  if (!isTrusted(directory.uid)) {
    throw unsafe(
      path,
      `belongs to uid ${directory.uid}`,
      `run as that user, or: chown ${process.getuid?.() ?? 0} ${path}`,
    );
  }
  if ((directory.mode & 0o002) !== 0) {
    throw unsafe(path, 'is writable by everybody', `use a directory of its own, or: chmod o-w ${path}`);
  }
}

/** Root may do anything anyhow; everybody else could read or exchange what we write. Windows has no uids. */
function isTrusted(uid: number): boolean {
  const own = process.getuid?.();
  return own === undefined || uid === own || uid === 0;
}

const unsafe = (path: string, why: string, hint: string) =>
  new OperatorError('VOPS-FILE-UNSAFE', `${path} ${why}: private data must not go there`, { hint });

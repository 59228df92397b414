/** What the operating system says about a file, in the operator's words. */
import { type ErrorCode, OperatorError, systemCode } from '../errors.js';

/**
 * A failed file operation as an error the operator can mend. One that already is such an error stays as it is.
 * @param action what was tried, as in `cannot <action> <path>`
 */
export function fileError(action: string, path: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  const system = systemCode(error);
  if (system === undefined) throw error; // not the operating system's: a bug of ours
  const known = KNOWN[system];
  const who = known?.namesUser ? ` (running as uid ${process.getuid?.() ?? 'unknown'})` : '';
  const hint = known?.hint?.replace('PATH', path);
  const options = hint === undefined ? { cause: error } : { cause: error, hint };
  return new OperatorError(
    known?.code ?? 'VOPS-FILE',
    `cannot ${action} ${path}: ${known?.reason ?? system}${who}`,
    options,
  );
}

interface Reason {
  readonly reason: string;
  readonly hint?: string;
  readonly code?: ErrorCode;
  readonly namesUser?: true;
}

const DENIED: Reason = {
  reason: 'permission denied',
  hint: 'look at the rights with: namei -l PATH, or run as the user who owns it',
  namesUser: true,
};
const FULL: Reason = {
  reason: 'no space left on the disk',
  hint: 'see what is full with: df -h && df -i, then free some space; nothing was left half-written',
  code: 'VOPS-DISK-FULL',
};

const KNOWN: Readonly<Record<string, Reason>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: {
    reason: 'the file system is read-only',
    hint: 'under systemd, name the directory in ReadWritePaths= or StateDirectory=; else see: findmnt -T PATH',
    namesUser: true,
  },
  ENOSPC: FULL,
  EDQUOT: { ...FULL, reason: 'the disk quota is used up', hint: 'see the quota with: quota -s, then free some space' },
  EFBIG: { ...FULL, reason: 'larger than this process may write', hint: 'see the limit with: ulimit -f' },
  ENOENT: { reason: 'no such file or directory', hint: 'check the path, and that its directory exists' },
  ENOTDIR: { reason: 'a part of the path is not a directory' },
  EISDIR: { reason: 'it is a directory' },
  ELOOP: { reason: 'too many symbolic links' },
  ENAMETOOLONG: { reason: 'the name is too long' },
  EMFILE: { reason: 'too many open files', hint: 'see the limit with: ulimit -n' },
};

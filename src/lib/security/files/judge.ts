/** What an operator should know of the rights of files. Pure. */
import type { Finding } from '../../status.js';
import type { FileRights } from './read.js';

/** `secret`: nobody else may read it; `private`: a directory nobody else may enter; `code`: nobody else may change it. */
export type Purpose = 'secret' | 'private' | 'code';

export interface Judged extends FileRights {
  readonly purpose: Purpose;
}

/** Named one by one up to here: a tree that was unpacked wrongly has one fault a thousand times. */
const NAMED = 5;

/** @param owners uids whose files these may be: root, the owner of the backend, and whoever runs this */
export function judgeFiles(files: readonly Judged[], owners: ReadonlySet<number>): readonly Finding[] {
  // A sticky directory, such as /tmp, keeps others from what is in it.
  const isChangeable = ({ mode, isReachable }: Judged) => isReachable && (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
  const isReadable = ({ mode, isReachable, purpose, isDirectory }: Judged) =>
    isReachable && purpose !== 'code' && (mode & (isDirectory ? 0o005 : 0o004)) !== 0;
  const changeable = files.filter(isChangeable);
  const readable = files.filter((file) => isReadable(file) && !isChangeable(file));
  const foreign = files.filter((file) => !owners.has(file.uid) && !isChangeable(file));
  return [
    ...some(changeable, {
      code: 'VOPS-SECURITY-FILE-WRITABLE',
      severity: 'error',
      message: 'every user of this host may change',
      hint: 'chmod o-w',
    }),
    ...some(readable, {
      code: 'VOPS-SECURITY-FILE-READABLE',
      severity: 'error',
      message: 'every user of this host may read',
      hint: 'chmod o-rwx',
    }),
    ...some(foreign, {
      code: 'VOPS-SECURITY-FILE-OWNER',
      severity: 'warning',
      message: 'belong to neither root nor the owner of the backend, who may change them at will:',
      hint: 'ls -l',
    }),
  ];
}

/** One finding for all of a kind; its hint is a command for the first of them. */
function some(files: readonly Judged[], { message, hint, ...finding }: Finding): Finding[] {
  const [first] = files;
  if (first === undefined) return [];
  const named = files.slice(0, NAMED).map(({ path, mode }) => `${path} (mode ${mode.toString(8).padStart(4, '0')})`);
  const more = files.length > NAMED ? `, and ${files.length - NAMED} more` : '';
  const isTree = files.length > NAMED;
  return [
    {
      ...finding,
      message: `${message} ${named.join(', ')}${more}`,
      hint: `${hint} ${first.path}${isTree ? ' …' : ''}`,
    },
  ];
}

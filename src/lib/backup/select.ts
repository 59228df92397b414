/** The backup people mean. */
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import type { Kind, Manifest } from './manifest.js';
import { backupsOf, type Thing, unlessSeveral } from './own.js';
import type { Listing } from './store.js';

/** Named in an error; more would be a list, and there is a command for that. */
const NAMED = 5;

/** Label of a backup of what a restore is about to replace. */
export const SAFETY_NAME = 'before-restore';

/** What `newest` stands for: a backup of this kind, of this thing. */
interface Meant extends Partial<Thing> {
  readonly kind?: Kind;
}

/**
 * The backup of this text: `newest` (see `newestOf`), its id, its label, or a beginning or ending of its id that no other
 * has. A path is taken by its last part, so that what `config backup` printed can be pasted.
 * @throws OperatorError VOPS-BACKUP-NOT-FOUND; VOPS-BACKUP-DAMAGED; VOPS-USAGE when several are meant
 */
export function selectBackup({ backups, damaged }: Listing, text: string, meant: Meant = {}): Manifest {
  if (text === 'newest') return newestOf(backups, meant);
  const wanted = text.split('/').findLast((part) => part !== '') ?? '';
  const isMeant = (id: string) => wanted !== '' && (id.startsWith(wanted) || id.endsWith(wanted));
  const found = backups.filter(({ id, name }) => isMeant(id) || name === wanted);
  const [only] = found;
  if (only && found.length === 1) return only;
  if (only) throw ambiguous(text, found);
  const broken = damaged.find(({ id }) => isMeant(id));
  if (broken) throw new OperatorError('VOPS-BACKUP-DAMAGED', `${broken.id} is damaged: ${broken.reason}`);
  throw notFound(text, backups);
}

/**
 * The newest that is not known to be bad. One that a restore has made first is of a state that somebody wanted to get rid
 * of: repeating the command would bring it back. It is taken only where there is no other.
 */
function newestOf(backups: readonly Manifest[], { kind, source, database }: Meant): Manifest {
  const ofKind = backups.filter((one) => kind === undefined || one.kind === kind);
  const meant = source === undefined ? ofKind : meantOf(ofKind, { source, database });
  const candidates = meant.filter(({ failure }) => failure === undefined);
  const newest = candidates.findLast(({ name }) => name !== SAFETY_NAME) ?? candidates.at(-1);
  if (newest) return newest;
  const what = kind === undefined ? '' : ` of kind ${kind}`;
  throw new OperatorError('VOPS-BACKUP-NOT-FOUND', `there is no good backup${what}`, {
    hint: 'see what there is: viktoria-ops backup list',
  });
}

/** Of another thing only where there are none but of that one: after a loss it may have another host, or name. */
function meantOf(backups: readonly Manifest[], { source, database }: Thing): readonly Manifest[] {
  const own = backupsOf(backups, { source, database });
  const meant = own.length > 0 ? own : unlessSeveral(backups);
  if (meant.length > 0 || backups.length === 0) return meant;
  const others = [...new Set(backups.map((one) => one.source))].join(', ');
  throw new OperatorError('VOPS-USAGE', `there is no backup of ${source}, but there are some of ${others}`, {
    hint: 'name the one that is meant by its id: viktoria-ops backup list',
  });
}

function ambiguous(text: string, found: readonly Manifest[]): OperatorError {
  const ids = found.slice(-NAMED).map(({ id }) => id);
  const more = found.length > NAMED ? ` and ${found.length - NAMED} older ones` : '';
  return new OperatorError('VOPS-USAGE', `${text} may be ${ids.join(', ')}${more}`, {
    hint: 'give more of the id; its last eight characters are its own',
  });
}

function notFound(text: string, backups: readonly Manifest[]): OperatorError {
  // People type the ending more often than the whole.
  const names = backups.flatMap(({ id, name }) => [id, id.slice(-8), ...(name === undefined ? [] : [name])]);
  const near = suggest(text, [...names, 'newest']);
  return new OperatorError('VOPS-BACKUP-NOT-FOUND', `there is no backup ${text}`, {
    hint: near === undefined ? 'see what there is: viktoria-ops backup list' : `did you mean ${near}?`,
  });
}

/** The backup people mean. */
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import type { Kind, Manifest } from './manifest.js';
import type { Listing } from './store.js';

/** Named in an error; more would be a list, and there is a command for that. */
const NAMED = 5;

/** Label of a backup of what a restore is about to replace. */
export const SAFETY_NAME = 'before-restore';

/** What `newest` stands for. */
interface Meant {
  readonly kind?: Kind;
  /** Rather of the database of this name, where there are others in the catalogue. */
  readonly database?: string;
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
function newestOf(backups: readonly Manifest[], { kind, database }: Meant): Manifest {
  const good = backups.filter((one) => (kind === undefined || one.kind === kind) && one.failure === undefined);
  const own = good.filter((one) => database === undefined || one.database?.name === database);
  const candidates = own.length > 0 ? own : good;
  const newest = candidates.findLast(({ name }) => name !== SAFETY_NAME) ?? candidates.at(-1);
  if (newest) return newest;
  const what = kind === undefined ? '' : ` of kind ${kind}`;
  throw new OperatorError('VOPS-BACKUP-NOT-FOUND', `there is no good backup${what}`, {
    hint: 'see what there is: viktoria-ops backup list',
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

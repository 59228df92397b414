/** The backup people mean. */
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import type { Kind, Manifest } from './manifest.js';
import type { Listing } from './store.js';

/** Named in an error; more would be a list, and there is a command for that. */
const NAMED = 5;

/**
 * The backup of this text: `newest` (of those not known to be bad, and of `kind` where that is given), its id, its label, or a beginning or ending of its id
 * that no other has. A path is taken by its last part, so that what `config backup` printed can be pasted.
 * @throws OperatorError VOPS-BACKUP-NOT-FOUND; VOPS-BACKUP-DAMAGED; VOPS-USAGE when several are meant
 */
export function selectBackup({ backups, damaged }: Listing, text: string, kind?: Kind): Manifest {
  if (text === 'newest') {
    const isMeant = (manifest: Manifest) => kind === undefined || manifest.kind === kind;
    const newest = backups.findLast((manifest) => isMeant(manifest) && manifest.failure === undefined);
    if (newest) return newest;
    const what = kind === undefined ? '' : ` of kind ${kind}`;
    throw new OperatorError('VOPS-BACKUP-NOT-FOUND', `there is no good backup${what}`, {
      hint: 'see what there is: viktoria-ops backup list',
    });
  }
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

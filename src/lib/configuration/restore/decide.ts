/** What becomes of each file. Pure. */
import { createHash } from 'node:crypto';
import { type ConfigState, ENV_KEYS } from '../state/state.js';
import type { RestoredFile } from './report.js';

export interface Meeting {
  readonly snapshot: ConfigState;
  readonly now: ConfigState;
  /** Where a path of a snapshot belongs; undefined for a file of ours that is no longer in use. */
  readonly placeOf: (path: string) => string | undefined;
  /** What is at the place and is no regular file, or a link on the way to it. */
  readonly obstacles: ReadonlyMap<string, string>;
  /** `path sha256` of everything in the catalogue. */
  readonly saved: ReadonlySet<string>;
  /** Also remove what the snapshot has not. */
  readonly exact: boolean;
}

export function decideFiles(meeting: Meeting): RestoredFile[] {
  const { snapshot, now } = meeting;
  const paths = [...new Set([...snapshot.files.keys(), ...now.files.keys()])].filter((path) => path !== ENV_KEYS);
  return paths.sort().map((path) => decideFile(path, meeting));
}

function decideFile(path: string, meeting: Meeting): RestoredFile {
  const { snapshot, now, placeOf, obstacles, exact } = meeting;
  const [wanted, current] = [snapshot.files.get(path), now.files.get(path)];
  const to = placeOf(path);
  const file = { path, to: to ?? path, isUnsaved: false, reason: null };
  const left = (reason: string): RestoredFile => ({ ...file, action: 'left', reason });
  if (to === undefined) return left('no configuration file of this name is in use');
  const obstacle = obstacles.get(path);
  if (obstacle !== undefined) return left(obstacle);
  if (current === null) return left('it cannot be read, so it could not be put back');
  if (wanted && current?.equals(wanted)) return { ...file, action: 'same' };
  const isOwn = path.startsWith('viktoria-ops/');
  if (isOwn && [wanted, current].some((content) => content?.includes('***'))) return left(MASKED);
  const isUnsaved = current !== undefined && !meeting.saved.has(savedKey(path, current));
  if (wanted) return { ...file, action: current === undefined ? 'create' : 'overwrite', isUnsaved };
  if (exact && !isOwn) return { ...file, action: 'remove', isUnsaved };
  return left('not in the snapshot; --exact removes it');
}

const MASKED = 'it holds secrets, which no snapshot has: mend it by hand';

const savedKey = (path: string, content: Buffer): string =>
  `${path} ${createHash('sha256').update(content).digest('hex')}`;

/** Names that `.env` had and has no more. */
export function missingVariables({ snapshot, now }: Pick<Meeting, 'snapshot' | 'now'>): string[] {
  const [then, current] = [snapshot, now].map(({ files }) => String(files.get(ENV_KEYS) ?? '').split('\n'));
  return (then ?? []).filter((name) => name !== '' && !current?.includes(name));
}

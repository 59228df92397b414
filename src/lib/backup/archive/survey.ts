/** Looks through the tree for what an archive takes. Reads names and properties only. */
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError, systemCode } from '../../errors.js';
import { fileError } from '../../files/index.js';
import { type Entry, MOST_ENTRIES } from './contents.js';
import { staysInside } from './inside.js';
import type { Selection } from './select.js';

export interface LeftOut {
  readonly path: string;
  readonly reason: string;
  /** `wanted`: by a pattern, or nothing an archive could hold. `loss`: it should be in it. */
  readonly kind: 'wanted' | 'special' | 'link' | 'loss';
}

export interface Survey {
  /** Directories before what is in them; names of one directory by their bytes. */
  readonly entries: readonly Entry[];
  readonly leftOut: readonly LeftOut[];
  /** Entries that each pattern took; one that took nothing is not in it. */
  readonly taken: ReadonlyMap<string, readonly Entry[]>;
}

/**
 * Lists what the selection takes below `root`, without the directory `catalogue` should it lie there.
 * Errors: `VOPS-FILE` for a root that cannot be read.
 */
export async function surveyTree(root: string, selection: Selection, catalogue?: string): Promise<Survey> {
  const own = catalogue === undefined ? undefined : await stat(catalogue).catch(() => undefined);
  const walk: Walk = { root, selection, own, leftOut: [], taken: new Map() };
  const entries = await surveyDirectory(walk, '', undefined).catch((error: unknown) => {
    throw fileError('read the directory', root, error);
  });
  return { entries, leftOut: walk.leftOut, taken: walk.taken };
}

interface Walk {
  readonly root: string;
  readonly selection: Selection;
  readonly own: Stats | undefined;
  readonly leftOut: LeftOut[];
  readonly taken: Map<string, Entry[]>;
}

async function surveyDirectory(walk: Walk, path: string, takenBy: string | undefined): Promise<Entry[]> {
  const names = (await readdir(join(walk.root, path), { encoding: 'buffer' })).sort((left, right) =>
    left.compare(right),
  );
  const found = names.map((name) => look(walk, path, name));
  const entries: Entry[] = [];
  for (const item of found.filter((candidate) => candidate !== undefined)) {
    for (const entry of await surveyItem(walk, item, takenBy)) entries.push(entry);
    if (entries.length > MOST_ENTRIES) throw tooMany;
  }
  return entries;
}

const tooMany = new OperatorError('VOPS-FILE', `there are more than ${MOST_ENTRIES} files to archive`, {
  hint: 'leave some out with backup.files.exclude',
});

interface Item {
  readonly path: string;
  /** Undefined for a name that is no text. */
  readonly stats?: Stats;
  /** Of a link. */
  readonly target?: string;
}

/** Undefined for what is gone already. */
function look({ root }: Walk, directory: string, bytes: Buffer): Item | undefined {
  const name = bytes.toString('utf8');
  const path = directory === '' ? name : `${directory}/${name}`;
  if (!Buffer.from(name).equals(bytes)) return { path };
  try {
    const stats = lstatSync(join(root, path));
    return { path, stats, ...(stats.isSymbolicLink() && { target: readlinkSync(join(root, path)) }) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function surveyItem(walk: Walk, { path, stats, target }: Item, takenAbove: string | undefined): Promise<Entry[]> {
  const { selection, own } = walk;
  const takenBy = takenAbove ?? selection.takenBy(path);
  const isDirectory = stats?.isDirectory() ?? false;
  if (takenBy === undefined && !(isDirectory && selection.mayHold(path))) return [];
  const leave = (reason: string, kind: LeftOut['kind']) => {
    if (takenBy !== undefined) walk.leftOut.push({ path, reason, kind });
    return [];
  };
  const pattern = selection.excludedBy(path);
  if (pattern !== undefined) return leave(`backup.files.exclude has ${pattern}`, 'wanted');
  if (stats === undefined) return leave('its name is no UTF-8 text', 'loss');
  if (own && stats.dev === own.dev && stats.ino === own.ino) return leave('the backups are kept there', 'wanted');
  if (path.includes('\\')) return leave('a name with a backslash is a path elsewhere', 'loss');
  if (isDirectory) return surveyBelow(walk, entryOf(path, 'directory', stats), takenBy);
  const special = specialOf(stats);
  if (special !== undefined) return leave(`it is a ${special}`, 'special');
  if (target === undefined) return count(walk, entryOf(path, 'file', stats), takenBy);
  // Node turns bytes that are no UTF-8 into U+FFFD: that would be another target.
  if (target.includes('\ufffd')) return leave('it is a link to a name that is no UTF-8 text', 'loss');
  if (!staysInside(path, target)) return leave(`it is a link that leads out, to ${target}`, 'link');
  return count(walk, { ...entryOf(path, 'link', stats), target }, takenBy);
}

/** A directory that no pattern takes is an entry when something in it is. */
async function surveyBelow(walk: Walk, directory: Entry, takenBy: string | undefined): Promise<Entry[]> {
  try {
    const below = await surveyDirectory(walk, directory.path, takenBy);
    if (takenBy === undefined && below.length === 0) return [];
    return [...count(walk, directory, takenBy), ...below];
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    if (systemCode(error) === 'ENOENT') return [];
    const reason = fileError('read the directory', directory.path, error).message;
    walk.leftOut.push({ path: directory.path, reason, kind: 'loss' });
    return takenBy === undefined ? [] : count(walk, directory, takenBy);
  }
}

function count({ taken }: Walk, entry: Entry, takenBy: string | undefined): Entry[] {
  if (takenBy === undefined) return [entry];
  const others = taken.get(takenBy);
  if (others) others.push(entry);
  else taken.set(takenBy, [entry]);
  return [entry];
}

function specialOf(stats: Stats): string | undefined {
  if (stats.isFIFO()) return 'FIFO';
  if (stats.isSocket()) return 'socket';
  return stats.isBlockDevice() || stats.isCharacterDevice() ? 'device' : undefined;
}

/** First and last millisecond that an ISO date can name. */
const [YEAR_0001, YEAR_9999] = [-62_135_596_800_000, 253_402_300_799_999];

/** A file of the tree as an entry. */
export function entryOf(path: string, type: Entry['type'], { mode, uid, gid, size, mtimeMs }: Stats): Entry {
  return {
    path,
    type,
    mode: (mode & 0o7777).toString(8).padStart(4, '0'),
    uid,
    gid,
    sizeBytes: type === 'file' ? size : 0,
    modifiedAt: new Date(Math.min(Math.max(Math.trunc(mtimeMs), YEAR_0001), YEAR_9999)).toISOString(),
  };
}

/** What the catalogue saw: every change between one snapshot and the next, and since the last. */
import { createHash } from 'node:crypto';
import { type Manifest, openStore } from '../../backup/index.js';
import { countOf } from '../../measures.js';
import { compareStates } from '../diff/compare.js';
import { createFingerprinter } from '../diff/diff.js';
import { readNow } from '../state/live.js';
import type { StateContext } from '../state/select.js';
import { readSnapshot } from '../state/snapshot.js';
import { type ConfigState, shownPath } from '../state/state.js';
import type { Answer, ConfigEvent } from './report.js';

export interface SnapshotChange extends Pick<ConfigEvent, 'path' | 'kind' | 'keys'> {
  /** It happened after this … */
  readonly after: string;
  /** … and before this. */
  readonly before: string;
  /** The snapshot, or `now`. */
  readonly seenIn: string;
  /** Object ids as git would name the new content; none for what is gone, or not kept as it is. */
  readonly blobs: readonly string[];
}

/** Errors: `VOPS-BACKUP-DAMAGED`, those of the store. */
export async function readSnapshots(context: StateContext, since: Date): Promise<Answer<SnapshotChange>> {
  const { app } = await context.config();
  const store = await openStore(context, { remote: false });
  const listed = (await store.list()).backups.filter(({ kind, source }) => kind === 'config' && source === app.root);
  // The catalogue sorts by the second.
  const all = listed.sort((left, right) => left.createdAt.localeCompare(right.createdAt));
  const earlier = all.findLast(({ createdAt }) => Date.parse(createdAt) < +since);
  const within = all.filter(({ createdAt }) => Date.parse(createdAt) >= +since);
  const manifests = [...(earlier ? [earlier] : []), ...within];
  if (manifests.length === 0) return { state: 'absent', detail: 'no snapshot in the catalogue', found: [] };
  const found: SnapshotChange[] = [];
  let last: { manifest: Manifest; state: ConfigState } | undefined;
  for (const manifest of manifests) {
    context.signal.throwIfAborted();
    if (last && holdsTheSame(last.manifest, manifest)) {
      last = { manifest, state: { ...last.state, label: manifest.id, at: manifest.createdAt } };
      continue;
    }
    const state = await readSnapshot({ store, manifest, context });
    if (last) found.push(...(await changesBetween(last.state, state)));
    last = { manifest, state };
  }
  if (last) found.push(...(await changesBetween(last.state, await readNow(context))));
  return { state: 'asked', detail: countOf(manifests.length, 'snapshot'), found };
}

/** By the checksums of the manifests, so that what has not changed is not read. */
function holdsTheSame(one: Manifest, other: Manifest): boolean {
  const [left, right] = [one, other].map(({ files }) =>
    files.map(({ path, sha256 }) => `${path} ${sha256}`).join('\n'),
  );
  return left === right;
}

async function changesBetween(before: ConfigState, after: ConfigState): Promise<SnapshotChange[]> {
  const changes = await compareStates(before, after, createFingerprinter());
  const contents = new Map([...after.files].map(([path, content]) => [shownPath(path), content]));
  return changes.flatMap(({ path, kind, values }): SnapshotChange[] => {
    if (kind === 'unknown') return [];
    const content = contents.get(path);
    const keys = values.map(({ key }) => key);
    const span = { after: before.at ?? '', before: after.at ?? '', seenIn: after.label };
    return [{ path, kind, keys, ...span, blobs: content ? blobsOf(content) : [] }];
  });
}

/** A repository has either kind of object ids. */
const blobsOf = (content: Buffer): string[] =>
  ['sha1', 'sha256'].map((algorithm) =>
    createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest('hex'),
  );

/** What the catalogue saw: every change between one snapshot and the next, and since the last. */
import { createHash } from 'node:crypto';
import { type Manifest, openStore, type PackedSite, type Store } from '../../backup/index.js';
import { abortReason, OperatorError } from '../../errors.js';
import { countOf } from '../../measures.js';
import type { Finding } from '../../status.js';
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

/** A snapshot that is damaged is passed over, and told. Errors: those of the store. */
export async function readSnapshots(context: StateContext, since: Date): Promise<Answer<SnapshotChange>> {
  const store = await openStore(context, { remote: false });
  const manifests = await selectManifests(context, store, since);
  if (manifests.length === 0) return { state: 'absent', detail: 'no snapshot in the catalogue', found: [] };
  const found: SnapshotChange[] = [];
  const findings: Finding[] = [];
  let last: { readonly manifest: Manifest; readonly state: ConfigState } | undefined;
  for (const manifest of manifests) {
    if (context.signal.aborted) throw abortReason(context.signal);
    const known = last && holdsTheSame(last.manifest, manifest) ? last.state : undefined;
    const state = known ?? (await readWhole({ store, manifest, context }, findings));
    if (state === undefined) continue;
    if (last && !known) found.push(...(await changesBetween(last.state, state)));
    last = { manifest, state: { ...state, label: manifest.id, at: manifest.createdAt } };
  }
  const now = await readNow(context);
  findings.push(...now.findings.filter(({ code }) => code === 'VOPS-CONFIG-UNREADABLE'));
  if (last) found.push(...(await changesBetween(last.state, now)));
  return { state: 'asked', detail: countOf(manifests.length, 'snapshot'), found, findings };
}

/** Those of the period, oldest first, and the one before it. */
async function selectManifests({ config }: StateContext, store: Store, since: Date): Promise<Manifest[]> {
  const { root } = (await config()).app;
  const own = (await store.list()).backups.filter(({ kind, source }) => kind === 'config' && source === root);
  // The catalogue sorts by the second.
  const all = own.sort((left, right) => left.createdAt.localeCompare(right.createdAt));
  const first = all.findIndex(({ createdAt }) => Date.parse(createdAt) >= +since);
  return first < 0 ? all.slice(-1) : all.slice(Math.max(0, first - 1));
}

async function readWhole(site: PackedSite, findings: Finding[]): Promise<ConfigState | undefined> {
  try {
    return await readSnapshot(site);
  } catch (error) {
    if (!(error instanceof OperatorError && error.code === 'VOPS-BACKUP-DAMAGED')) throw error;
    const hint = 'what changed in it shows in the next: viktoria-ops backup verify --all';
    findings.push({ code: 'VOPS-CONFIG-AUDIT-INCOMPLETE', severity: 'warning', message: error.message, hint });
    return undefined;
  }
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

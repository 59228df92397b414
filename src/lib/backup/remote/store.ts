/** The catalogue in a bucket: `<prefix>/<id>/<path>`, the manifest last when it grows and first when it goes. */
import { BACKUP_ID, byTime, MANIFEST_FILE, type Manifest, readManifest, writeManifest } from '../manifest.js';
import type { Damaged, Listing, Store } from '../store.js';
import type { Bucket } from './bucket.js';
import { downloadObject } from './download.js';
import { deleteObject, headObject, listObjects, putObject } from './objects.js';

/** Looks at the backups of a bucket. Two that update one manifest at the same moment: the later one counts. */
export function remoteStore(bucket: Bucket): Store {
  return {
    label: bucket.label,
    list: () => list(bucket),
    stat: (id, path) => headObject(bucket, `${id}/${path}`),
    read: (id, path) => downloadObject(bucket, `${id}/${path}`),
    update: (id, change) => update(bucket, id, change),
    remove: ({ id, files }) => removeBackup(bucket, id, files),
  };
}

/** Names without a manifest are being sent, or being removed: no backups. */
async function list(bucket: Bucket): Promise<Listing> {
  const ids = (await listObjects(bucket)).flatMap(({ key }) => manifestIdOf(key) ?? []);
  const read: (Manifest | Damaged)[] = [];
  const left = ids[Symbol.iterator]();
  const work = async () => {
    for (const id of left) {
      const found = await readRemoteManifest(bucket, id);
      if (found) read.push(found);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  const sorted = read.sort(byTime);
  return {
    backups: sorted.flatMap((found) => ('reason' in found ? [] : [found])),
    damaged: sorted.flatMap((found) => ('reason' in found ? [found] : [])),
  };
}

const SIDE_BY_SIDE = 8;

function manifestIdOf(key: string): string | undefined {
  const [id = '', file, ...rest] = key.split('/');
  return file === MANIFEST_FILE && rest.length === 0 && BACKUP_ID.test(id) ? id : undefined;
}

/** What the manifest there says; undefined when there is none. */
export async function readRemoteManifest(bucket: Bucket, id: string): Promise<Manifest | Damaged | undefined> {
  const text = await readText(bucket, `${id}/${MANIFEST_FILE}`);
  if (text === undefined) return undefined;
  const manifest = readManifest(text);
  if (manifest === undefined) return { id, reason: 'its manifest is damaged, or of a later version' };
  return manifest.id === id ? manifest : { id, reason: `its manifest is that of ${manifest.id}` };
}

/** A hundred thousand tables stay below this. */
const LARGEST_MANIFEST = 50_000_000;

async function readText(bucket: Bucket, key: string): Promise<string | undefined> {
  const { status, body } = await bucket.send({ method: 'GET', key, maxBytes: LARGEST_MANIFEST, accept: [404] });
  return status === 404 ? undefined : body.toString('utf8');
}

/** Puts a manifest there, which makes a backup of the files that came before it. */
export const writeRemoteManifest = (bucket: Bucket, manifest: Manifest): Promise<void> =>
  putObject(bucket, `${manifest.id}/${MANIFEST_FILE}`, Buffer.from(writeManifest(manifest)));

async function update(bucket: Bucket, id: string, change: (manifest: Manifest) => Manifest) {
  const found = await readRemoteManifest(bucket, id);
  if (found === undefined || 'reason' in found) return undefined;
  const changed = change(found);
  await writeRemoteManifest(bucket, changed);
  return changed;
}

/** The manifest first; whatever lies below its name goes, too, such as parts of an upload that was given up. */
export async function removeBackup(bucket: Bucket, id: string, files: Pick<Manifest, 'files'>['files'] = []) {
  await deleteObject(bucket, `${id}/${MANIFEST_FILE}`);
  const listed = (await listObjects(bucket, `${id}/`)).map(({ key }) => key);
  for (const key of new Set([...files.map(({ path }) => `${id}/${path}`), ...listed])) await deleteObject(bucket, key);
}

/** The records of incidents: one file each, written whole. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { OperatorError, systemCode } from '../errors.js';
import { ensurePrivateDirectory, fileError, readRegularFile, writeFileAtomic } from '../files/index.js';
import { withLock } from '../process/index.js';
import { incidentsDirectory, runsDirectory } from './directories.js';
import { Incident, withoutSecrets } from './incident.js';
import { slugOf } from './slug.js';

export type StoreContext = Pick<Context, 'config' | 'now' | 'redactor' | 'runId' | 'state'>;

const MAX_RECORD_BYTES = 5_000_000;
/** Others hold the lock for some milliseconds. */
const LOCK_WAIT_MS = 10_000;
const READ_AT_ONCE = 64;

/** Every record that can be read, the newest first, and the files that cannot. */
export async function readIncidents(
  stateDirectory: string,
): Promise<{ readonly incidents: Incident[]; readonly unreadable: string[] }> {
  const directory = incidentsDirectory(stateDirectory);
  const ids = await idsIn(directory);
  const read: (Incident | string)[] = [];
  for (let start = 0; start < ids.length; start += READ_AT_ONCE) {
    const some = ids.slice(start, start + READ_AT_ONCE).map(({ id }) => readRecord(join(directory, `${id}.json`)));
    read.push(...(await Promise.all(some)));
  }
  const incidents = read.filter((record) => typeof record !== 'string');
  return {
    incidents: incidents.sort((one, other) => Date.parse(other.openedAt) - Date.parse(one.openedAt)),
    unreadable: read.filter((record) => typeof record === 'string'),
  };
}

/** The newest incident of each key: the one that lasts, or may be reopened. */
export async function latestIncidents(stateDirectory: string): Promise<Incident[]> {
  const directory = incidentsDirectory(stateDirectory);
  const latest = new Map<string, { readonly id: string; readonly episode: number }>();
  for (const found of await idsIn(directory)) {
    if (found.episode > (latest.get(found.slug)?.episode ?? 0)) latest.set(found.slug, found);
  }
  const read = await Promise.all([...latest.values()].map(({ id }) => readRecord(join(directory, `${id}.json`))));
  return read.filter((record) => typeof record !== 'string');
}

/** Undefined when there is none. Errors: `VOPS-FILE`. */
export async function readIncident(stateDirectory: string, id: string): Promise<Incident | undefined> {
  const directory = incidentsDirectory(stateDirectory);
  if (!(await idsIn(directory)).some((found) => found.id === id)) return undefined;
  const record = await readRecord(join(directory, `${id}.json`));
  if (typeof record !== 'string') return record;
  throw new OperatorError('VOPS-FILE', `the record ${record} cannot be read`, { hint: 'restore it, or remove it' });
}

/** Makes the record of a new incident under the next number of its key; undefined while one of this key is not over. */
export function addIncident(
  context: StoreContext,
  key: string,
  make: (place: Pick<Incident, 'id' | 'episode'>) => Incident,
): Promise<Incident | undefined> {
  return withStore(context, async (directory) => {
    const slug = slugOf(key);
    const taken = (await idsIn(directory)).filter((found) => found.slug === slug).map(({ episode }) => episode);
    const latest = Math.max(0, ...taken);
    const record = latest === 0 ? undefined : await readRecord(join(directory, `${slug}-${latest}.json`));
    if (typeof record === 'object' && record.status !== 'resolved') return undefined;
    const episode = latest + 1;
    return writeRecord(context, directory, make({ id: `${slug}-${episode}`, episode }));
  });
}

/** Reads, changes and writes a record while nobody else does. */
export function changeIncident(
  context: StoreContext,
  id: string,
  change: (incident: Incident) => Incident,
): Promise<Incident> {
  return withStore(context, async (directory) => {
    const record = await readRecord(join(directory, `${id}.json`));
    if (typeof record === 'string') throw new OperatorError('VOPS-FILE', `the record ${record} cannot be read`);
    const changed = change(record);
    return changed === record ? record : writeRecord(context, directory, changed);
  });
}

/** Removes the oldest resolved incidents above `keep`, and their runs; never the latest of a key, whose number counts on. */
export async function pruneIncidents(context: StoreContext, keep: number): Promise<void> {
  const stateDirectory = await context.state();
  const directory = incidentsDirectory(stateDirectory);
  if ((await idsIn(directory)).length <= keep) return;
  const latest = new Set((await latestIncidents(stateDirectory)).map(({ id }) => id));
  const { incidents } = await readIncidents(stateDirectory);
  const old = incidents.slice(keep).filter(({ id, status }) => status === 'resolved' && !latest.has(id));
  const runs = await namesIn(runsDirectory(stateDirectory));
  for (const { id } of old) {
    for (const name of runs.filter((run) => run.startsWith(`${id}-run`))) {
      await rm(join(runsDirectory(stateDirectory), name), { force: true });
    }
    await rm(join(directory, `${id}.json`), { force: true });
  }
}

async function withStore<T>(context: StoreContext, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = incidentsDirectory(await context.state());
  await ensurePrivateDirectory(directory);
  const holder = { command: 'incidents', runId: context.runId, startedAt: context.now().toISOString() };
  const lock = { waitMs: LOCK_WAIT_MS, signal: new AbortController().signal, holder };
  return withLock(join(directory, 'lock'), lock, () => use(directory));
}

async function writeRecord({ redactor }: StoreContext, directory: string, incident: Incident): Promise<Incident> {
  const clean = withoutSecrets(incident, redactor);
  await writeFileAtomic(join(directory, `${incident.id}.json`), `${JSON.stringify(clean, null, 2)}\n`);
  return clean;
}

/** The record, or its path when it cannot be read. */
async function readRecord(path: string): Promise<Incident | string> {
  try {
    return Incident.parse(JSON.parse((await readRegularFile(path, MAX_RECORD_BYTES)).toString('utf8')));
  } catch {
    return path;
  }
}

async function idsIn(directory: string) {
  return (await namesIn(directory)).flatMap((name) => {
    const [, id, slug, episode] = /^(([a-z0-9-]+)-(\d{1,9}))\.json$/.exec(name) ?? [];
    return id === undefined || slug === undefined ? [] : [{ id, slug, episode: Number(episode) }];
  });
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('read', directory, error);
  }
}

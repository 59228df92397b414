/** The backend's configuration: files that changed, snapshots of them, and what the monitor told of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/index.js';
import { applyConfigBackup, planConfigBackup } from '../../configuration/index.js';
import { writePast } from '../../monitor/archive/past.js';
import type { EventRow } from '../../monitor/archive/tables.js';
import { changesBetween, digestOf, hashesOf } from '../../monitor/config-digest.js';
import { WEEK_MS } from '../../monitor/history/periods.js';
import type { Chapter, Planted, Stage } from './chapter.js';
import { isoTime, type Life, type Story, sightingOf } from './story.js';

export const configuration: Chapter = {
  name: 'configuration',
  async write(stage, story) {
    await tellChanges(stage, story);
    await keepSnapshots(stage, story);
  },
  planted: (story) => [smallPool(story)],
};

const smallPool = ({ slower }: Story): Planted => ({
  id: 'small-pool',
  sentence: `the pool of database connections was cut from ${POOL} to ${SMALL_POOL} at ${isoTime(slower.from)}`,
  command: 'config audit --since 30d',
  facts: { path: CHANGED_PATH, at: isoTime(slower.from) },
});

const POOL = 10;
const SMALL_POOL = 2;
const CHANGED_PATH = 'database.connection.pool.max';
/** Keys the hashes; of a sample that lives minutes. */
const SECRET = 'sample';

/** Files below `config/`, by name: what was in force at a time. */
function filesAt(time: number, { leak, slower }: Story): Readonly<Record<string, unknown>> {
  return {
    database: { connection: { client: 'postgres', pool: { min: 2, max: time >= slower.from ? SMALL_POOL : POOL } } },
    plugins: { upload: { cache: time >= leak.from && time < leak.to ? 'forever' : 'hour' } },
    server: { host: '0.0.0.0', port: 1337, proxy: true },
  };
}

async function tellChanges({ connection }: Stage, story: Story): Promise<void> {
  let before = hashesOf({}, SECRET);
  for (const [index, life] of story.lives.entries()) {
    const hashes = hashesOf(filesAt(life.from, story), SECRET);
    const changes = index === 0 ? [] : changesBetween(before, hashes);
    before = hashes;
    await writePast(connection, {
      instance: sightingOf(life),
      events: [changeOf(life, { hashes, changes, digest: digestOf(hashes) })],
    });
  }
}

/** As the monitor keeps what it finds at a start. */
function changeOf({ id: instance, from }: Life, change: object): EventRow {
  const timestamp = isoTime(from);
  const body = { timestamp, instance, seen: 'boot', ...change };
  return { kind: 'config', id: `${instance}/config/1`, at: timestamp, body };
}

/** One a week, as the tiers make them; the files are left as they are now. */
async function keepSnapshots(stage: Stage, story: Story): Promise<void> {
  for (let at = story.from; at < story.now; at += WEEK_MS) {
    stage.signal.throwIfAborted();
    await writeFiles(stage.app, filesAt(at, story));
    const context = contextAt(stage, at);
    await applyConfigBackup(context, await planConfigBackup(context, { name: 'weekly' }));
  }
  await writeFiles(stage.app, filesAt(story.now, story));
}

async function writeFiles(app: string, files: Readonly<Record<string, unknown>>): Promise<void> {
  const directory = join(app, 'config');
  await mkdir(directory, { recursive: true });
  for (const [name, value] of Object.entries(files)) {
    await writeFile(join(directory, `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
  }
}

/** A run of `config backup` at that time. */
function contextAt({ config, signal }: Stage, at: number) {
  const nothing = () => undefined;
  return {
    config: async (): Promise<Config> => config,
    now: () => new Date(at),
    elapsed: () => performance.now(),
    runId: at.toString(36),
    state: async () => config.stateDirectory,
    progress: { start: nothing, update: nothing, finish: nothing },
    signal,
  };
}

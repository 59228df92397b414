/** Gives an installation its past. */
import { join } from 'node:path';
import pg from 'pg';
import { loadConfig } from '../../config/load.js';
import { createRedactor } from '../../redact.js';
import { type Connection, type Place, PROXY_LOG, writeConfig } from '../place.js';
import type { Planted } from './chapter.js';
import { chapters } from './index.js';
import { tellStory } from './story.js';

interface PlantOptions {
  readonly place: Place;
  /** As the owner of the prepared database. */
  readonly database: Connection;
  readonly days: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onChapter: (name: string) => void;
}

const CONNECT_TIMEOUT_MS = 3_000;

/** Writes all chapters and returns what is hidden in them. @throws the signal's reason when aborted */
export async function plantHistory(options: PlantOptions): Promise<Planted[]> {
  const { place, database, days, seed, signal, onChapter } = options;
  const story = tellStory({ days, seed, now: Date.now() });
  // As it will be, but for the address of the backend.
  const file = await writeConfig(place, { database, days });
  const config = await loadConfig({ flags: { config: file }, env: {}, cwd: place.root, redactor: createRedactor() });
  const client = new pg.Client({ ...database, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  const stage = { ...place, proxyLog: join(place.root, PROXY_LOG), connection: database, client, config, signal };
  try {
    for (const { name, write } of chapters) {
      signal.throwIfAborted();
      onChapter(name);
      await write(stage, story);
    }
  } finally {
    await client.end();
  }
  return chapters.flatMap(({ planted }) => planted(story));
}

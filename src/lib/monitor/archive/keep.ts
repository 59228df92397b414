/** The archive as the monitor uses it: written in the background, read when it is there. */
import { withDeadline } from '../deadline.js';
import { type ConnectionSettings, type Database, openDatabase, type Query } from './database.js';
import type { Archive } from './index.js';
import { createArchive } from './reader.js';
import { createWriter, type Writer, type WriterOptions, type WriterState } from './writer.js';

export interface Keeper {
  /** Undefined until something was written, so that its schema is known to be there. */
  readonly archive: () => Archive | undefined;
  readonly database: Database;
  readonly state: () => WriterState;
  readonly flush: () => Promise<void>;
  readonly start: () => void;
  /** Writes what waits and disconnects, within a bounded time. */
  readonly stop: () => Promise<void>;
}

const DISCONNECT_MS = 1_000;

interface KeeperOptions extends Omit<WriterOptions, 'database' | 'onFirstWrite'> {
  /** Called once, when the archive is there. */
  readonly onReady?: (archive: Archive) => Promise<void>;
}

export function openKeeper(settings: ConnectionSettings, options: KeeperOptions): Keeper {
  const database = openDatabase(settings);
  const archive = createArchive(database);
  // What is found when the archive is there is written at once: the next start may come soon.
  const onFirstWrite = () => void options.onReady?.(archive).then(writer.flush, () => undefined);
  const writer: Writer = createWriter({ ...options, database, onFirstWrite });
  return {
    archive: () => (writer.state().lastWrittenAt === undefined ? undefined : archive),
    database,
    state: writer.state,
    flush: writer.flush,
    start: writer.start,
    async stop() {
      await writer.stop();
      await withDeadline(database.end, DISCONNECT_MS).catch(() => undefined);
    },
  };
}

/** One statement a transaction, over the connections of the archive. */
export const sqlOf =
  ({ database }: Pick<Keeper, 'database'>): Query =>
  (text, values) =>
    database.transaction((query) => query(text, values));

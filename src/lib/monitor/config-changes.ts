/** Notices changes of the application's configuration: between two starts, and of its files while it runs. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ConfigChange } from '../contract/index.js';
import type { EventRow } from './archive/tables.js';
import { changesBetween, digestOf, type Hashes, hashesOf } from './config-digest.js';
import { type FileWatch, watchFile } from './watch-file.js';

/** What is watched of an application. */
export interface Configuration {
  /** In force since the start. */
  readonly values: unknown;
  /** Directory of the application; files are named from here. */
  readonly root: string;
  /** Directory of its configuration files. */
  readonly directory: string;
  /** Keys the hashes of values; the same at every start. */
  readonly secret: string;
}

/** As it is kept: with the hashes that the next start compares itself with. */
interface KeptChange extends ConfigChange {
  readonly hashes?: Hashes;
}

export interface ConfigWatchOptions {
  readonly configuration: Configuration;
  readonly instance: string;
  readonly push: (row: EventRow) => void;
}

export interface ConfigWatch {
  /** Compares with the last start that was kept; the first one ever is no change, but kept. */
  readonly compareWith: (kept: readonly unknown[]) => void;
  readonly start: () => Promise<void>;
  readonly stop: () => void;
}

const FILES = /\.(js|ts|cjs|mjs|json)$/;

export function watchConfiguration({ configuration, instance, push }: ConfigWatchOptions): ConfigWatch {
  const { values, root, directory, secret } = configuration;
  const hashes = hashesOf(values, secret);
  const digest = digestOf(hashes);
  let count = 0;
  const keep = (change: Pick<KeptChange, 'seen' | 'changes' | 'hashes'>) => {
    const timestamp = new Date().toISOString();
    const body: KeptChange = { timestamp, instance, digest, ...change };
    push({ kind: 'config', id: `${instance}/config/${++count}`, at: timestamp, body });
  };
  const watches: FileWatch[] = [];
  return {
    compareWith(kept) {
      const before = kept.map(keptHashes).find((found) => found !== undefined);
      const changes = before ? changesBetween(before, hashes) : [];
      if (!before || changes.length > 0) keep({ seen: 'boot', changes, hashes });
    },
    async start() {
      for (const file of await filesOf(directory, root)) {
        let before = await contentOf(file, secret);
        const look = async () => {
          const after = await contentOf(file, secret);
          const changes = changesBetween({ [relative(root, file)]: before }, { [relative(root, file)]: after });
          before = after;
          if (changes.length > 0) keep({ seen: 'running', changes });
        };
        watches.push(watchFile(file, () => void look().catch(() => undefined)));
      }
    },
    stop() {
      for (const watch of watches.splice(0)) watch.stop();
    },
  };
}

/** Rows of the archive are as an older version may have written them. */
function keptHashes(body: unknown): Hashes | undefined {
  const isKept = typeof body === 'object' && body !== null && 'hashes' in body;
  return isKept && typeof body.hashes === 'object' ? (body.hashes as Hashes) : undefined;
}

async function filesOf(directory: string, root: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && FILES.test(entry.name));
  return [join(root, '.env'), ...files.map((entry) => join(entry.parentPath, entry.name))];
}

const contentOf = async (file: string, secret: string): Promise<string> =>
  digestOf(hashesOf(await readFile(file, 'utf8').catch(() => ''), secret));

/** The directory of a demonstration, and the configuration in it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.js';

export interface Place {
  readonly root: string;
  /** Root of the backend's files. */
  readonly app: string;
  readonly logs: string;
}

export type Connection = Readonly<{ host: string; port: number; user: string; database: string }>;

/** Where the sample backend reads its feature flags, below its root. */
export const FLAGS_FILE = 'config/feature-flags.json';

/** What the operator's side tells the page of the sample backend. */
export const statusFileIn = (root: string): string => join(root, 'status.json');

/** Where the reverse proxy before the backend writes, in the past. */
export const PROXY_LOG = 'proxy/access.log';

const PACKAGE = { name: 'sample-backend', version: '1.0.0', private: true } as const;
/** Of a backend without packages of its own: npm need ask nobody about them. */
const MANIFESTS = {
  'package.json': PACKAGE,
  'package-lock.json': { ...PACKAGE, lockfileVersion: 3, requires: true, packages: { '': PACKAGE } },
} as const;

/** A directory only we can enter. */
export async function createPlace({ env, onDispose }: Pick<Context, 'env' | 'onDispose'>): Promise<Place> {
  const root = await mkdtemp(join(env.TMPDIR ?? tmpdir(), 'viktoria-ops-demo-'));
  onDispose(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));
  const app = join(root, 'backend');
  const logs = join(app, 'logs');
  for (const directory of [logs, join(app, 'config'), join(app, 'src')]) await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(MANIFESTS)) await writeFile(join(app, name), JSON.stringify(content));
  return { root, app, logs };
}

interface Installation {
  readonly database: Connection;
  /** Of the backend, once it is up. */
  readonly url?: string;
  /** Length of the past, if it has one. */
  readonly days?: number | undefined;
}

/** Writes the configuration and returns its path. */
export async function writeConfig({ root, app }: Place, { database, url, days }: Installation): Promise<string> {
  const file = join(root, '.monitoringrc.json');
  const config = {
    app: { ...(url !== undefined && { url }), root: app },
    database: { ...database, sslmode: 'disable' },
    // Small enough that there is something to rotate; the past is not to be deleted by the first run.
    logs: { rotateAbove: '10KB', ...(days !== undefined && { keepFor: `${days + 1}d` }) },
    backup: { directory: join(root, 'backups') },
    integrity: { preset: 'football' },
    monitoring: { operatorStatusFile: statusFileIn(root) },
    // Only the past has a proxy.
    ...(days !== undefined && { security: { accessLog: { files: [join(root, PROXY_LOG)] } } }),
    stateDirectory: join(root, 'state'),
  };
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return file;
}

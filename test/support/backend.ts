import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type Backend, type BackendOptions, prepareDatabase, startBackend } from '../../src/lib/demo/backend.js';
import { sendTraffic } from '../../src/lib/demo/traffic.js';
import { testServer, useDatabase } from './database.js';
import { temporaryDirectory } from './run.js';

const SECRET = 'canary-bearer-4f9c2e';
const ACTIONS_SECRET = 'canary-actions-71d0aa';

export interface Installation {
  /** A directory with `.monitoringrc.json`, state, backups and the backend's logs. */
  readonly directory: string;
  readonly config: string;
  readonly secret: string;
  /** Of the routes that change something. */
  readonly actionsSecret: string;
  readonly url: () => string;
  readonly database: string;
  /** Another configuration file beside the first, with these sections on top. */
  readonly variant: (name: string, sections: Readonly<Record<string, object>>) => string;
}

/** The sample backend with some traffic behind it, and a configuration that points at it. For a whole test file. */
export function useInstallation(more: Pick<BackendOptions, 'http'> = {}): Installation {
  const database = useDatabase();
  const directory = temporaryDirectory();
  const logDirectory = join(directory, 'backend', 'logs');
  mkdirSync(logDirectory, { recursive: true });
  let backend: Backend | undefined;
  const sections = () => ({
    app: { url: backend?.url, token: SECRET, root: join(directory, 'backend') },
    database: { ...testServer, database: database.name, sslmode: 'disable' },
    backup: { directory: join(directory, 'backups') },
    stateDirectory: join(directory, 'state'),
  });
  const write = (name: string, more: Readonly<Record<string, object>>) => {
    const base: Record<string, object | string> = sections();
    const merged = Object.entries(more).map(([key, value]) => [key, { ...Object(base[key]), ...value }]);
    const path = join(directory, name);
    writeFileSync(path, JSON.stringify({ ...base, ...Object.fromEntries(merged) }), { mode: 0o600 });
    return path;
  };
  beforeAll(async () => {
    const pg = { ...testServer, database: database.name };
    await prepareDatabase(pg);
    backend = await startBackend({ pg, port: 0, secret: SECRET, actionsSecret: ACTIONS_SECRET, logDirectory, ...more });
    await sendTraffic({ url: backend.url, seed: 7, requests: 60, signal: new AbortController().signal });
    write('.monitoringrc.json', {});
  });
  afterAll(() => backend?.stop());
  return {
    directory,
    config: join(directory, '.monitoringrc.json'),
    secret: SECRET,
    actionsSecret: ACTIONS_SECRET,
    url: () => String(backend?.url),
    database: database.name,
    variant: write,
  };
}

/** An installation on the disk: our file, a backend's configuration, no server. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, runJson, temporaryDirectory } from './run.js';

export interface Site {
  readonly directory: string;
  readonly root: string;
  /** Writes a file of the backend. */
  readonly put: (name: string, content: string, mode?: number) => string;
  readonly remove: (name: string) => void;
  readonly run: (...argv: string[]) => ReturnType<typeof run>;
  readonly runJson: (...argv: string[]) => ReturnType<typeof runJson>;
}

export function createSite(files: Readonly<Record<string, string>> = {}, sections: object = {}): Site {
  const directory = temporaryDirectory();
  const root = join(directory, 'backend');
  const put = (name: string, content: string, mode = 0o600) => {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };
  mkdirSync(join(root, 'config'), { recursive: true });
  const config = join(directory, '.monitoringrc.json');
  const nowhere = { url: 'http://127.0.0.1:9' };
  writeFileSync(config, JSON.stringify({ app: nowhere, stateDirectory: 'state', ...sections }), { mode: 0o600 });
  for (const [name, content] of Object.entries(files)) put(name, content);
  const options = { cwd: directory };
  return {
    directory,
    root,
    put,
    remove: (name) => rmSync(join(root, name)),
    run: (...argv) => run(argv, options),
    runJson: (...argv) => runJson(argv, options),
  };
}

import { dirname } from 'node:path';
import { mountPointOf, readFileSystems } from '../../files/index.js';
import type { Resources } from '../sample.js';
import type { Reading } from './reading.js';

/** The file systems of this host on which something of ours lies: bytes and inodes. */
export const fileSystems: Reading = {
  name: 'file systems',
  read: async ({ config }) => {
    const { app, backup, logs, stateDirectory } = await config();
    const places = [app.root, logs.directory, backup.directory, stateDirectory];
    // What does not exist yet will be made in the directory above.
    const paths = ['/', ...places.flatMap((path) => [path, dirname(path)])];
    const resources: Resources = {};
    for (const { path, space } of await readFileSystems(paths)) {
      if (space === null) continue; // `health` says so
      const mount = await mountPointOf(path);
      resources[`disk ${mount}`] = { value: space.usedBytes, limit: space.sizeBytes };
      if (space.inodes > 0) resources[`inodes ${mount}`] = { value: space.usedInodes, limit: space.inodes };
    }
    return resources;
  },
};

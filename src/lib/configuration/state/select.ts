/** The state that a word on the command line means. */
import { resolve } from 'node:path';
import { openStore, selectBackup } from '../../backup/index.js';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { isDirectory } from '../directory.js';
import { type EnvironmentContext, readEnvironment } from './environment.js';
import { readDirectory, readNow } from './live.js';
import { readSnapshot } from './snapshot.js';
import type { ConfigState } from './state.js';

export type StateContext = EnvironmentContext & Pick<Context, 'now' | 'signal' | 'state'>;

/**
 * `now`; `env:<name>`; a directory, when it has a slash; else a snapshot, as `backup restore` takes it (`newest`, its id,
 * a part of it, its label). Errors: `VOPS-BACKUP-…`, `VOPS-USAGE`, those of reading.
 */
export async function selectState(context: StateContext, word: string): Promise<ConfigState> {
  if (word === 'now') return readNow(context);
  if (word.startsWith('env:')) return readEnvironment(context, word.slice('env:'.length));
  const path = resolve(context.cwd, word);
  const { app, backup } = await context.config();
  if (word.includes('/') && !`${path}/`.startsWith(`${backup.directory}/`)) {
    if (await isDirectory(path)) return readDirectory(context, path);
    throw new OperatorError('VOPS-USAGE', `${path} is no directory`, {
      hint: 'a word with a slash is a directory; the snapshots there are: viktoria-ops backup list --kind config',
    });
  }
  const store = await openStore(context, { remote: false });
  const { backups, damaged } = await store.list();
  const snapshots = backups.filter(({ kind }) => kind === 'config');
  const meant = { kind: 'config', source: app.root } as const;
  return readSnapshot({ store, manifest: selectBackup({ backups: snapshots, damaged }, word, meant), context });
}

/** What stands in the way of a restore. */
import type { ConnectionChoice, Context } from '../../context.js';
import { formatBytes } from '../../measures.js';
import { findFreeSpace } from '../../pg/free-space.js';
import type { RestoreTarget } from '../../pg/queries/restore-target.js';
import type { Finding } from '../../status.js';
import type { BackedUpDatabase, Manifest } from '../manifest.js';
import type { DatabaseRestore } from './restoration.js';

export function judgeBackup({ id, failure }: Manifest): readonly Finding[] {
  if (failure === undefined) return [];
  const message = `${id} is known to be bad: ${failure.reason}`;
  return [
    { code: 'VOPS-BACKUP-DAMAGED', severity: 'error', message, hint: 'viktoria-ops backup list shows which are good' },
  ];
}

export function judgeServer(server: RestoreTarget, { mode, target, keepsOwners }: DatabaseRestore): readonly Finding[] {
  const error = (message: string, hint: string): Finding => ({
    code: 'VOPS-RESTORE-DENIED',
    severity: 'error',
    message,
    hint,
  });
  if (server.isStandby) return [error('the server is a standby and takes no changes', 'restore on its primary')];
  const asWho = 'run as a superuser, or as a role that may';
  if (mode !== 'empty' && !server.mayCreate) {
    return [
      error(`role ${server.role} may not create a database`, `as a superuser: ALTER ROLE ${server.role} CREATEDB`),
    ];
  }
  if (mode !== 'new' && server.mayReplace === false)
    return [error(`role ${server.role} does not own ${target}`, asWho)];
  const [end] = server.prepared;
  if (mode === 'replace' && end !== undefined) {
    return [error(`${target} cannot be renamed: a prepared transaction is open in it`, `in it: ${end}`)];
  }
  if (keepsOwners) return [];
  const message = `everything will belong to ${server.role}, and rights are not restored`;
  return [
    { code: 'VOPS-RESTORE-OWNERS', severity: 'info', message, hint: 'a superuser restores owners and rights, too' },
  ];
}

/** The new one has its indexes too; with the safety backup nothing is overwritten before it stands. */
const SPACE_FACTOR = 1.3;

export async function judgeSpace(
  context: Pick<Context, 'config' | 'pg'>,
  server: ConnectionChoice,
  { sizeBytes, table }: Pick<BackedUpDatabase, 'sizeBytes'> & Pick<DatabaseRestore, 'table'>,
): Promise<readonly Finding[]> {
  if (table !== null) return [];
  const freeBytes = await context.pg((database) => findFreeSpace(context, database, 0), server);
  const needed = sizeBytes * SPACE_FACTOR;
  if (freeBytes === undefined || freeBytes >= needed) return [];
  const message = `it takes some ${formatBytes(needed)} on the server, and ${formatBytes(freeBytes)} are free`;
  return [{ code: 'VOPS-RESTORE-NO-ROOM', severity: 'error', message, hint: 'make room there: df -h' }];
}

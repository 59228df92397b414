/** `config restore`: finds the snapshot and what it would meet. Writes nothing. */
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Manifest, openStore, selectBackup } from '../../backup/index.js';
import type { Context } from '../../context.js';
import { OperatorError, systemCode } from '../../errors.js';
import { fileError } from '../../files/index.js';
import { countOf } from '../../measures.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { readNow } from '../state/live.js';
import { readSnapshot } from '../state/snapshot.js';
import type { ConfigState } from '../state/state.js';
import { decideFiles, missingVariables } from './decide.js';
import type { ConfigRestore, ConfigRestoreFlags, RestoredFile } from './report.js';

type PlanContext = Pick<Context, 'config' | 'env' | 'signal' | 'state' | 'now'>;

/** Everything that carrying it out takes. */
export interface Prepared {
  readonly manifest: Manifest;
  readonly snapshot: ConfigState;
  readonly now: ConfigState;
  /** The backend's root, without links. */
  readonly root: string;
  readonly files: readonly RestoredFile[];
}

/**
 * Errors: `VOPS-BACKUP-NOT-FOUND`, `-DAMAGED`; `VOPS-USAGE` for another kind of backup, or one of another backend;
 * `VOPS-FILE` where there is no backend.
 */
export async function planConfigRestore(
  context: PlanContext,
  flags: ConfigRestoreFlags,
): Promise<Outcome<ConfigRestore>> {
  const prepared = await prepareRestore(context, flags);
  const { manifest, root, files } = prepared;
  const missing = missingVariables(prepared);
  const { id, createdAt } = manifest;
  const plan = {
    id,
    createdAt,
    root,
    applied: false,
    safetySnapshot: null,
    files: [...files],
    missingVariables: missing,
  };
  return conclude(plan, [...prepared.now.findings, ...remarks(prepared, missing)]);
}

export async function prepareRestore(
  context: PlanContext,
  { snapshot: word, exact, remote }: ConfigRestoreFlags,
): Promise<Prepared> {
  const config = await context.config();
  const store = await openStore(context, { remote });
  const { backups, damaged } = await store.list();
  const manifest = selectBackup({ backups, damaged }, word, { kind: 'config', source: config.app.root });
  refuseForeign(manifest, config.app.root);
  const root = await realpath(config.app.root).catch((error: unknown) => {
    throw fileError('restore into', config.app.root, error);
  });
  const placeOf = (path: string): string | undefined => {
    if (path.startsWith('backend/')) return join(root, path.slice('backend/'.length));
    return config.file !== undefined && basename(path) === basename(config.file) ? config.file : undefined;
  };
  const [snapshot, now] = [await readSnapshot({ store, manifest, context }), await readNow(context)];
  const files = decideFiles({
    snapshot,
    now,
    placeOf,
    obstacles: await findObstacles({ root, ownFile: config.file }, snapshot, now),
    saved: new Set(backups.flatMap(({ files: kept }) => kept.map(({ path, sha256 }) => `${path} ${sha256}`))),
    exact,
  });
  return { manifest, snapshot, now, root, files };
}

function refuseForeign({ id, kind, source }: Manifest, root: string): void {
  const hint = `unpack it beside, and compare: viktoria-ops backup restore ${id} --into <directory>`;
  if (kind !== 'config') throw new OperatorError('VOPS-USAGE', `${id} is no snapshot of a configuration`, { hint });
  if (source === root) return;
  throw new OperatorError('VOPS-USAGE', `${id} is of another backend: ${source}, not ${root}`, { hint });
}

interface Roots {
  readonly root: string;
  readonly ownFile: string | undefined;
}

/** Nothing is ever written through a link, over what is no file, or over what no snapshot could take. */
async function findObstacles(
  { root, ownFile }: Roots,
  { files }: ConfigState,
  now: ConfigState,
): Promise<Map<string, string>> {
  const obstacles = new Map<string, string>();
  for (const path of files.keys()) {
    const isOwn = !path.startsWith('backend/');
    if (isOwn && ownFile === undefined) continue;
    const steps = isOwn ? [basename(ownFile ?? '')] : path.slice('backend/'.length).split('/');
    const obstacle = await obstacleOn(isOwn ? dirname(ownFile ?? '') : root, steps);
    if (obstacle === 'file' && !now.files.has(path)) obstacles.set(path, `${join(root, ...steps)} ${TOO_LARGE}`);
    if (obstacle !== undefined && obstacle !== 'file') obstacles.set(path, obstacle);
  }
  return obstacles;
}

const TOO_LARGE = 'is larger than a snapshot takes';

/** `file` is what should be there. */
async function obstacleOn(directory: string, [name = '', ...below]: readonly string[]): Promise<string | undefined> {
  const path = join(directory, name);
  const found = await lstat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('look at', path, error);
  });
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return `${path} is a symbolic link`;
  if (below.length === 0) return found.isFile() ? 'file' : `${path} is no regular file`;
  return found.isDirectory() ? obstacleOn(path, below) : `${path} is no directory`;
}

function remarks({ files, snapshot }: Prepared, missing: readonly string[]): Finding[] {
  const unsaved = files.filter(({ isUnsaved }) => isUnsaved).map(({ to }) => to);
  const left = files.filter(({ path, action }) => action === 'left' && snapshot.files.has(path));
  return [
    ...(unsaved.length === 0 ? [] : [unsavedFinding(unsaved)]),
    ...left.map(({ to, reason }): Finding => {
      const message = `${to} is left as it is: ${reason}`;
      return { code: 'VOPS-CONFIG-NOT-RESTORED', severity: 'warning', message };
    }),
    ...(missing.length === 0 ? [] : [variablesFinding(missing)]),
  ];
}

const unsavedFinding = (files: readonly string[]): Finding => ({
  code: 'VOPS-CONFIG-UNSAVED',
  severity: 'warning',
  message: `${countOf(files.length, 'file')} would be replaced whose content is in no snapshot: ${files.join(', ')}`,
  hint: 'look at them with: viktoria-ops config diff; a restore wants --confirm, and keeps them in a snapshot first',
});

const variablesFinding = (names: readonly string[]): Finding => ({
  code: 'VOPS-CONFIG-VARIABLES-MISSING',
  severity: 'warning',
  message: `.env had these, and has them no more: ${names.join(', ')}`,
  hint: 'set them by hand: no snapshot holds values of .env',
});

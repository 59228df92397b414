/** Reads the log directory and says what a rotation would do. Changes nothing. */
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import type { Context } from '../context.js';
import { systemCode } from '../errors.js';
import { chooseCompressor, type HeldDirectory, withDirectory } from '../files/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { type Decision, decideRotation, type Entry } from './decide.js';
import { unusableDirectory } from './missing.js';
import { patternToRegExp } from './names.js';
import { type Rotation, totalsOf } from './rotation.js';

type PlanContext = Pick<Context, 'config' | 'env' | 'now'>;

/** Plans a rotation of the configured directory. A directory that is missing or unsafe is a finding. */
export async function planRotation(context: PlanContext): Promise<Outcome<Rotation>> {
  const { logs, isSet } = await context.config();
  const { directory, compression: wanted } = logs;
  const compressor = wanted === 'none' ? undefined : await chooseCompressor(wanted, context.env.PATH);
  const policy = {
    logs: patternToRegExp(logs.pattern),
    rotateAboveBytes: logs.rotateAbove,
    keepForMs: logs.keepFor,
    extension: compressor?.extension ?? '',
    ownerId: process.getuid?.() === 0 ? undefined : process.getuid?.(),
    now: context.now(),
  } as const;
  const isUsual = !isSet(['logs', 'directory']);
  const { actions, findings } = await withDirectory(directory, readEntries).then(
    (entries): Decision => decideRotation(entries, policy),
    (error: unknown) => ({
      actions: [],
      findings: [unusableDirectory(error, { directory, isUsual, consequence: 'nothing was rotated' })],
    }),
  );
  const result: Rotation = {
    directory,
    applied: false,
    method: logs.method,
    compression: compressor?.name ?? 'none',
    actions: [...actions],
    totals: totalsOf(actions),
  };
  return conclude(result, [...findings, ...warnings(result, wanted)]);
}

async function readEntries(directory: HeldDirectory): Promise<Entry[]> {
  const names = await readdir(directory.at(''));
  const entries = await Promise.all(names.map((name) => readEntry(directory, name)));
  return entries.filter((entry) => entry !== undefined);
}

async function readEntry(directory: HeldDirectory, name: string): Promise<Entry | undefined> {
  try {
    const found = await lstat(directory.at(name));
    const { nlink: links, uid: ownerId, size: sizeBytes, mtime: modifiedAt } = found;
    return { name, kind: kindOf(found), links, ownerId, sizeBytes, modifiedAt };
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    // Node turns bytes that are no UTF-8 into U+FFFD, and then no such file exists. Else it has just gone.
    if (!name.includes('\ufffd')) return undefined;
    const unknown = { links: 1, ownerId: 0, sizeBytes: 0, modifiedAt: new Date(0) };
    return { name, kind: 'unreadable name', ...unknown };
  }
}

function kindOf(found: Stats): Entry['kind'] {
  if (found.isFile()) return 'file';
  if (found.isSymbolicLink()) return 'symbolic link';
  if (found.isDirectory()) return 'directory';
  if (found.isFIFO()) return 'FIFO';
  return found.isSocket() ? 'socket' : 'device';
}

function warnings({ method, compression, actions }: Rotation, wanted: string): Finding[] {
  const isMissing = wanted !== 'auto' && wanted !== compression;
  const copies = method === 'copytruncate' && actions.some(({ action }) => action === 'rotate');
  return [...(isMissing ? [compressorMissing(wanted)] : []), ...(copies ? [COPIES] : [])];
}

const compressorMissing = (wanted: string): Finding => ({
  code: 'VOPS-LOGS-COMPRESSOR-MISSING',
  severity: 'warning',
  message: `logs.compression is ${wanted}, but there is no ${wanted} in PATH: gzip is used instead`,
  hint: `install ${wanted}, or set logs.compression to auto`,
});

const COPIES: Finding = {
  code: 'VOPS-LOGS-COPYTRUNCATE',
  severity: 'warning',
  message: 'logs.method is copytruncate: lines written between the copy and the truncation are lost',
  hint: 'set logs.method to rename, and logs.reopen so that the backend opens the new file',
};

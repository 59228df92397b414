/** `config backup`: a snapshot of all that configures the installation, without its secrets. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import {
  BackupName,
  concludeBackup,
  createBackup,
  type SendContext,
  sendFinished,
  type WrittenFile,
} from '../backup/index.js';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { FINGERPRINTS_FILE, fingerprintsOf, keepKey } from './fingerprints.js';
import { type Content, findSources, readSource, type Source, unreadable } from './sources.js';

export const ConfigBackupFlags = z.object({ name: BackupName.optional() });
export type ConfigBackupFlags = z.output<typeof ConfigBackupFlags>;

export const ConfigBackup = z.object({
  /** Label of the backup, if it was given one. */
  name: z.string().optional(),
  /** The catalogue it goes into. */
  catalogue: z.string(),
  /** The backend's directory. */
  root: z.string(),
  /** Directory of the backup; null as long as it is only planned. */
  path: z.string().nullable(),
  files: z.array(
    z.object({
      kind: z.enum(['own', 'backend', 'env-keys']),
      from: z.string(),
      path: z.string(),
      /** Of the copy: secrets are masked, and of `.env` only the names are kept. */
      sizeBytes: z.number().int(),
    }),
  ),
  /** Keys whose value is `***` in the copy. */
  masked: z.array(z.string()),
  /** Where it is as well, such as `s3://bucket/prefix`. */
  copy: z.string().nullable(),
});
export type ConfigBackup = z.output<typeof ConfigBackup>;

/** Finds and reads what a backup would hold. Writes nothing. */
export async function planConfigBackup(
  { config }: Pick<Context, 'config'>,
  { name }: ConfigBackupFlags,
): Promise<Outcome<ConfigBackup>> {
  const loaded = await config();
  const [sources, findings] = await findSources(loaded);
  const sizes = await Promise.all(sources.map((source) => sized(source, findings)));
  const files = sizes.filter((file) => file !== undefined);
  const plan = {
    ...(name === undefined ? {} : { name }),
    catalogue: loaded.backup.directory,
    root: loaded.app.root,
    path: null,
    files: files.map(({ file }) => file),
    masked: files.flatMap(({ masked }) => masked),
    copy: null,
  };
  if (files.length > 0) return conclude(plan, findings);
  const message = 'there is nothing to back up: no configuration file, and no backend';
  const hint = 'name them with --config and app.root';
  return conclude(plan, [...findings, { code: 'VOPS-BACKUP-EMPTY', severity: 'error', message, hint }]);
}

/** Makes the backup that was planned. Errors: those of `createBackup`. */
export async function applyConfigBackup(
  context: SendContext,
  plan: Outcome<ConfigBackup>,
): Promise<Outcome<ConfigBackup>> {
  const { now, signal } = context;
  const { name, catalogue, root, files, masked } = plan.result;
  if (files.length === 0) return plan;
  const notes = [
    ...files.filter(({ kind }) => kind === 'own').map(({ from, path }) => `${path} was ${from}`),
    ...masked.map((key) => `${key} is masked: set it again after a restore`),
    ...plan.findings.map(({ message }) => message),
  ];
  const draft = { kind: 'config', name, source: root, notes, createdAt: now() } as const;
  const backup = await createBackup(catalogue, draft, async (into) => {
    const written: WrittenFile[] = [];
    const secrets = new Map<string, Content['secrets']>();
    for (const file of files) {
      signal.throwIfAborted();
      const content = await readSource(file);
      if (content.secrets.size > 0) secrets.set(file.path, content.secrets);
      written.push(await copyInto(into, file.path, content));
    }
    const fingerprints = `${JSON.stringify(fingerprintsOf(secrets, await keepKey(context)), null, 2)}\n`;
    written.push(await copyInto(into, FINGERPRINTS_FILE, { data: fingerprints, mode: 0o600 }));
    return { files: written };
  });
  const sizes = new Map(backup.manifest.files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const copied = files.map((file) => ({ ...file, sizeBytes: sizes.get(file.path) ?? file.sizeBytes }));
  const finished = await sendFinished(context, backup);
  const result = { ...plan.result, path: backup.path, files: copied, copy: finished.copy };
  return concludeBackup(result, plan.findings, finished);
}

/** Undefined for one that cannot be read. */
async function sized(source: Source, findings: Finding[]) {
  try {
    const { data, masked } = await readSource(source);
    return { file: { ...source, sizeBytes: Buffer.byteLength(data) }, masked };
  } catch (error) {
    if (!(error instanceof OperatorError && error.code === 'VOPS-FILE')) throw error;
    findings.push(unreadable(error));
    return undefined;
  }
}

async function copyInto(
  directory: string,
  path: string,
  { data, mode }: Pick<Content, 'data' | 'mode'>,
): Promise<WrittenFile> {
  const target = join(directory, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await writeFile(target, data, { flag: 'wx', mode: 0o600 });
  return { path, mode };
}

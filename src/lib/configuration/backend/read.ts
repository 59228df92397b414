/** Reads what the rules look at: `config/`, `.env`, `.env.example`, `package.json`. Follows no links. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../../errors.js';
import { readRegularFile } from '../../files/index.js';
import type { Finding } from '../../status.js';
import { findSources, MAX_FILE_BYTES, unreadable } from '../sources.js';
import { type EnvFile, parseEnvFile } from './env-file.js';
import type { BackendText } from './settings.js';

export interface BackendRead {
  readonly files: readonly BackendText[];
  readonly env: (EnvFile & { readonly mode: number }) | undefined;
  readonly example: ReadonlyMap<string, string>;
  /** Its text; undefined where there is none. */
  readonly packageJson: string | undefined;
  readonly writable: readonly string[];
  /** What could not be read. */
  readonly findings: readonly Finding[];
}

export async function readBackend(root: string): Promise<BackendRead> {
  const [sources, found] = await findSources({ file: undefined, app: { root } });
  const findings: Finding[] = found.filter(({ code }) => code === 'VOPS-CONFIG-UNREADABLE');
  const files: BackendText[] = [];
  const writable: string[] = [];
  for (const { kind, from, path } of sources) {
    const name = path.replace(/^backend\//, '');
    const text = kind === 'backend' ? await readText(from, findings) : undefined;
    if (text === undefined) continue;
    files.push({ name, text });
    if (((await modeOf(from)) & 0o002) !== 0) writable.push(name);
  }
  const [env, example, packageJson] = await Promise.all(
    ['.env', '.env.example', 'package.json'].map((name) => readIfThere(join(root, name), findings)),
  );
  const mode = await modeOf(join(root, '.env'));
  return {
    files,
    env: env === undefined ? undefined : { ...parseEnvFile(env), mode },
    example: parseEnvFile(example ?? '').values,
    packageJson,
    writable,
    findings,
  };
}

async function readIfThere(path: string, findings: Finding[]): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : readText(path, findings);
}

async function readText(path: string, findings: Finding[]): Promise<string | undefined> {
  try {
    return (await readRegularFile(path, MAX_FILE_BYTES)).toString('utf8');
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    findings.push(unreadable(error));
    return undefined;
  }
}

const modeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ mode }) => mode & 0o777,
    () => 0,
  );

/** What a configuration snapshot consists of: our own file, the backend's `config/`, and the names in its `.env`. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Config, readMasked } from '../config/index.js';
import { type OperatorError, systemCode } from '../errors.js';
import { fileError, readRegularFile } from '../files/index.js';
import type { Finding } from '../status.js';
import { parseEnvFile } from './backend/env-file.js';

export interface Source {
  readonly kind: 'own' | 'backend' | 'env-keys';
  /** The original. */
  readonly from: string;
  /** Where it goes in the backup. */
  readonly path: string;
}

export interface Content {
  readonly data: string | Buffer;
  /** Permission bits of the original. */
  readonly mode: number;
  /** Keys of values that were replaced by `***`. */
  readonly masked: readonly string[];
  /** Values that are not in the data, by their key: of `masked`, and of every variable. For fingerprints only. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** A configuration file is text by hand; what is larger got there by mistake. */
export const MAX_FILE_BYTES = 1_000_000;
/** As deep as Strapi nests (`config/env/production/…`) and some more: no endless walk. */
const MAX_DEPTH = 8;

/** Our own file, if there is one, and the root of the backend. */
type Places = Pick<Config, 'file'> & { readonly app: Pick<Config['app'], 'root'> };

/** Finds the sources; what is left out is a finding each. */
export async function findSources({ file, app }: Places): Promise<[Source[], Finding[]]> {
  const findings: Finding[] = [];
  const config = join(app.root, 'config');
  const env = join(app.root, '.env');
  const sources: Source[] = [
    ...(file === undefined ? [] : [{ kind: 'own', from: file, path: `viktoria-ops/${basename(file)}` } as const]),
    ...(await filesBelow(config, 'backend/config', findings)),
    ...((await isFile(env)) ? [{ kind: 'env-keys', from: env, path: 'backend/env-keys.txt' } as const] : []),
  ];
  return [sources, findings];
}

/** Reads one source as it goes into the backup. Errors: `VOPS-FILE`. */
export async function readSource({ kind, from }: Source): Promise<Content> {
  const mode = await modeOf(from);
  if (kind === 'own') {
    const { text, masked } = await readMasked(from);
    const secrets = new Map(masked.map(({ key, value }) => [key, value]));
    return { data: text, mode, masked: [...secrets.keys()], secrets };
  }
  const data = await readRegularFile(from, MAX_FILE_BYTES);
  if (kind === 'backend') return { data, mode, masked: [], secrets: new Map() };
  const secrets = variablesOf(data.toString('utf8'));
  return { data: [...secrets.keys()].map((name) => `${name}\n`).join(''), mode, masked: [], secrets };
}

/**
 * The variables. Just those that look like a name by convention: in a broken file, a line of a key without its quotes can
 * look like one.
 */
function variablesOf(text: string): Map<string, string> {
  const { values } = parseEnvFile(text);
  return new Map([...values].filter(([name]) => /^[A-Z][A-Z0-9_]{0,63}$/.test(name)));
}

export async function filesBelow(directory: string, path: string, findings: Finding[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const entry of await entriesOf(directory, findings)) {
    const [from, to] = [join(directory, entry.name), `${path}/${entry.name}`];
    if (entry.isDirectory() && to.split('/').length <= MAX_DEPTH)
      sources.push(...(await filesBelow(from, to, findings)));
    else if (entry.isFile() && (await stat(from)).size <= MAX_FILE_BYTES)
      sources.push({ kind: 'backend', from, path: to });
    else findings.push(leftOut(from, entry));
  }
  return sources;
}

async function entriesOf(directory: string, findings: Finding[]): Promise<Dirent[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      findings.push(unreadable(fileError('read the directory', directory, error)));
      return [];
    }
    findings.push({
      code: 'VOPS-BACKUP-SOURCE-MISSING',
      severity: 'warning',
      message: `the backend's configuration is not in ${directory}`,
      hint: "set app.root to the backend's directory",
    });
    return [];
  }
}

/** What cannot be read is not left out in silence, and does not keep the rest from being read. */
export const unreadable = ({ message, hint }: OperatorError): Finding => ({
  code: 'VOPS-CONFIG-UNREADABLE',
  severity: 'error',
  message,
  ...(hint === undefined ? {} : { hint }),
});

function leftOut(from: string, entry: Dirent): Finding {
  const isLink = entry.isSymbolicLink();
  const size = `is larger than ${MAX_FILE_BYTES} bytes`;
  const why = isLink
    ? 'is a symbolic link'
    : entry.isFile()
      ? size
      : entry.isDirectory()
        ? 'is nested too deeply'
        : 'is no file';
  return {
    code: 'VOPS-BACKUP-LEFT-OUT',
    severity: 'warning',
    message: `${from} is left out: it ${why}`,
    hint: 'put a regular file of configuration there, or keep it elsewhere',
  };
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    throw fileError('read', path, error);
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

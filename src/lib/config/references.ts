/**
 * Secrets by reference: `${env:NAME}`, `${file:/path}`, `${credential:NAME}` (systemd's LoadCredential=), anywhere in a
 * text. `$${` stands for `${` itself. Whatever else begins with `${` is refused: taken as it stands, a half-typed
 * reference would become the password.
 */
import { isAbsolute, join, resolve } from 'node:path';
import { OperatorError } from '../errors.js';
import { readRegularFile } from '../files/index.js';
import type { Environment } from './environment-variables.js';
import type { Path } from './origin.js';
import { isTree } from './tree.js';

export interface ReferenceSources {
  readonly env: Environment;
  /** Directory that `${file:…}` is relative to. */
  readonly directory: string;
  /** Gets the path of each file that is asked for a secret. */
  readonly files: Set<string>;
}

/** What a path of the tree lacks: the reference and why it gave nothing. */
export interface Missing {
  readonly path: Path;
  readonly what: string;
  readonly isMalformed: boolean;
}

const REFERENCE = /\$\$\{|\$\{(?:(env|file|credential):([^{}]+)\})?/g;
/** A secret is a line; what is larger is a mistake. */
const MAX_SECRET_BYTES = 65_536;

/** Whether the text, or any text below the value, holds a reference. */
export function hasReference(value: unknown): boolean {
  if (typeof value === 'string') return /(?<!\$)\$\{/.test(value);
  if (Array.isArray(value)) return value.some(hasReference);
  return isTree(value) && Object.values(value).some(hasReference);
}

/** The data with every reference resolved; those that cannot be are added to `missing`. Parts without one are not copied. */
export async function resolveReferences<Data>(
  data: Data,
  sources: ReferenceSources,
  missing: Missing[],
): Promise<Data> {
  const walk = async (value: unknown, path: Path): Promise<unknown> => {
    if (!needsResolving(value)) return value; // a promise for each value of a thousand rules takes time
    if (typeof value === 'string') return resolveText(value, sources, (what) => missing.push({ path, ...what }));
    if (Array.isArray(value)) return Promise.all(value.map((item, index) => walk(item, [...path, index])));
    if (!isTree(value)) return value;
    const entries = Object.entries(value).map(async ([key, item]) => [key, await walk(item, [...path, key])] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return (await walk(data, [])) as Data; // the shape is kept: only texts change
}

/** Whether a reference, or the escape of one, stands anywhere in the data. */
function needsResolving(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${');
  if (typeof value !== 'object' || value === null) return false;
  for (const item of Object.values(value)) if (needsResolving(item)) return true;
  return false;
}

type Report = (what: Omit<Missing, 'path'>) => void;

async function resolveText(text: string, sources: ReferenceSources, report: Report): Promise<string> {
  let resolved = '';
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, kind, name] = match;
    resolved += text.slice(end, match.index);
    end = match.index + whole.length;
    if (whole === '$${') resolved += '${';
    else if (!isKind(kind) || name === undefined) report(MALFORMED);
    else resolved += await valueOrReport({ whole, kind, name }, sources, report);
  }
  return resolved + text.slice(end);
}

const MALFORMED = {
  what: `"\${" begins no reference: write \${env:NAME}, \${file:/path} or \${credential:NAME}, and "$\${" for the text itself`,
  isMalformed: true,
} as const;

interface Reference {
  readonly whole: string;
  readonly kind: Kind;
  readonly name: string;
}

async function valueOrReport(reference: Reference, sources: ReferenceSources, report: Report): Promise<string> {
  try {
    const value = await LOOKUPS[reference.kind](reference.name, sources);
    if (value !== '') return value;
    report({ what: `${reference.whole} is empty`, isMalformed: false });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    report({ what: `${reference.whole}: ${error.message}`, isMalformed: false });
  }
  return '';
}

type Kind = 'env' | 'file' | 'credential';
const isKind = (kind: string | undefined): kind is Kind => kind !== undefined && kind in LOOKUPS;

const missingSecret = (why: string) => new OperatorError('VOPS-SECRET-MISSING', why);

const LOOKUPS: Readonly<Record<Kind, (name: string, sources: ReferenceSources) => string | Promise<string>>> = {
  env(name, { env }) {
    const value = env[name];
    if (value === undefined) throw missingSecret('the variable is not set');
    return value;
  },
  file: (name, { directory, files }) => readSecret(resolve(directory, name), files),
  credential(name, { env, files }) {
    const directory = env.CREDENTIALS_DIRECTORY;
    if (!directory || !isAbsolute(directory))
      throw missingSecret('systemd set no CREDENTIALS_DIRECTORY; see LoadCredential=');
    if (!/^[\w@-][\w.@-]*$/.test(name)) throw missingSecret('not the name of a credential');
    return readSecret(join(directory, name), files);
  },
};

/** One newline at the end belongs to the file, not to the secret. */
async function readSecret(file: string, files: Set<string>): Promise<string> {
  files.add(file);
  return (await readRegularFile(file, MAX_SECRET_BYTES)).toString('utf8').replace(/\r?\n$/, '');
}

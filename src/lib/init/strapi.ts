/** `init strapi`: puts hook monitoring into a Strapi application. */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lchown, lstat, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError, systemCode } from '../errors.js';
import { fileError, writeFileAtomic } from '../files/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { type Language, linesToAdd, wireIndex } from './wire-index.js';

export const InitStrapiFlags = z.object({ root: z.string().optional() });

const ACTIONS = ['create', 'change', 'keep', 'by hand'] as const;
export const InitStrapiResult = z.object({
  /** The application's directory. */
  root: z.string(),
  language: z.enum(['ts', 'js']),
  /** False as long as it is only planned. */
  isWritten: z.boolean(),
  /** Below the root, and what is done with each. */
  files: z.array(z.object({ path: z.string(), action: z.enum(ACTIONS), what: z.string() })),
});
type InitStrapiResult = z.output<typeof InitStrapiResult>;
type FilePlan = InitStrapiResult['files'][number];

const SECRET = 'HOOK_MONITORING_SECRET';
const ENV = '.env';
const FLAGS = 'config/feature-flags.json';

/**
 * Looks at the application and says what would be written. Nothing that people wrote is overwritten.
 * Errors: `VOPS-FILE` when it cannot be read; `VOPS-USAGE` when it is no Strapi 5 application.
 */
export async function planInitStrapi(
  context: Pick<Context, 'config' | 'cwd'>,
  { root: given }: z.output<typeof InitStrapiFlags>,
): Promise<Outcome<InitStrapiResult>> {
  const root = given === undefined ? (await context.config()).app.root : resolve(context.cwd, given);
  const application = await readApplication(root);
  const language: Language = (await read(join(root, 'tsconfig.json'))) === undefined ? 'js' : 'ts';
  const [index, finding] = await planIndex(root, language);
  const [secret, unwritten] = await planSecret(root);
  const files = [index, secret, await planFlags(root)];
  const findings = [...finding, ...unwritten, ...(application.hasPackage ? [] : [notInstalled])];
  return conclude({ root, language, isWritten: false, files }, findings);
}

/**
 * Writes what was planned, each file whole or not at all, for whoever the application belongs to: what root writes there
 * the backend has to read. Errors: `VOPS-FILE`, `VOPS-DISK-FULL`.
 */
export async function applyInitStrapi(
  _context: unknown,
  plan: Outcome<InitStrapiResult>,
): Promise<Outcome<InitStrapiResult>> {
  const { root, language, files } = plan.result;
  const owner = await stat(root);
  for (const { path, action } of files) {
    if (action !== 'create' && action !== 'change') continue;
    const text = await contentOf(root, path, language);
    if (text === undefined) continue; // somebody was quicker
    const target = join(root, path);
    await makeDirectory(dirname(target), owner);
    const before = await stat(target).catch(() => undefined);
    const mode = before === undefined ? (path === ENV ? 0o600 : 0o644) : before.mode & 0o777;
    await writeFileAtomic(target, text, { mode, owner: before ?? owner });
  }
  return { ...plan, result: { ...plan.result, isWritten: true } };
}

async function makeDirectory(path: string, { uid, gid }: Stats): Promise<void> {
  const isMade = (await mkdir(path, { recursive: true })) !== undefined;
  if (isMade && process.getuid?.() === 0) await lchown(path, uid, gid); // never of what a link leads to
}

async function contentOf(root: string, path: string, language: Language): Promise<string | undefined> {
  const current = await read(join(root, path));
  if (path === FLAGS) return current === undefined ? '{\n  "flags": {}\n}\n' : undefined;
  if (path === ENV) return hasSecret(current) ? undefined : `${withEndOfLine(current)}${SECRET}=${newSecret()}\n`;
  const wiring = wireIndex(current, language);
  return typeof wiring === 'object' ? wiring.text : undefined;
}

const newSecret = (): string => randomBytes(32).toString('base64url');
/** An empty one, as in a copied `.env.example`, is none; of two lines dotenv takes the last. */
const hasSecret = (text = ''): boolean =>
  new RegExp(`^\\s*(export\\s+)?${SECRET}[^\\S\\n]*=[^\\S\\n]*(?!""|'')[^\\s#]`, 'm').test(text);
const withEndOfLine = (text = ''): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** Versions as people write them: `5.54.0`, `^5.0.0`. */
const Application = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

async function readApplication(root: string): Promise<{ readonly hasPackage: boolean }> {
  const text = await read(join(root, 'package.json'));
  const parsed = text === undefined ? undefined : Application.safeParse(parseJson(text)).data;
  const version = parsed?.dependencies['@strapi/strapi'];
  if (version === undefined || !/(^|\D)5\./.test(version)) {
    const hint = 'name its directory: --root <directory>, or app.root in the configuration';
    throw new OperatorError('VOPS-USAGE', `${root} holds no Strapi 5 application`, { hint });
  }
  return { hasPackage: parsed?.dependencies['viktoria-ops'] !== undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const notInstalled: Finding = {
  code: 'VOPS-INIT-NOT-INSTALLED',
  severity: 'warning',
  message: 'the application does not depend on viktoria-ops yet',
  hint: 'in its directory: npm install …/viktoria-ops-*.tgz, the file that npm pack has made',
};

async function planIndex(root: string, language: Language): Promise<[FilePlan, Finding[]]> {
  const path = `src/index.${language}`;
  const text = await read(join(root, path));
  const wiring = wireIndex(text, language);
  if (typeof wiring === 'object' && !(await isLink(join(root, path)))) {
    return [{ path, action: text === undefined ? 'create' : 'change', what: 'the three calls' }, []];
  }
  if (wiring === 'wired') return [{ path, action: 'keep', what: 'has the calls' }, []];
  const message = `${path} has code of its own: add the calls by hand`;
  const finding = {
    code: 'VOPS-INIT-BY-HAND',
    severity: 'warning',
    message,
    hint: linesToAdd(language).join(' · '),
  } as const;
  return [{ path, action: 'by hand', what: 'has code of its own' }, [finding]];
}

async function planSecret(root: string): Promise<[FilePlan, Finding[]]> {
  const path = join(root, ENV);
  const text = await read(path);
  if (hasSecret(text)) return [{ path: ENV, action: 'keep', what: `has ${SECRET}` }, []];
  if (await isLink(path)) return [{ path: ENV, action: 'by hand', what: 'is a symbolic link' }, [linked(path)]];
  return [{ path: ENV, action: text === undefined ? 'create' : 'change', what: `a new ${SECRET}` }, []];
}

/** As deployments have one, to a file that releases share: replaced, the next release would not have what we wrote. */
const linked = (path: string): Finding => ({
  code: 'VOPS-INIT-BY-HAND',
  severity: 'warning',
  message: `${path} is a symbolic link: add ${SECRET} by hand to the file it leads to`,
  hint: 'give it what this prints: openssl rand -base64 32',
});

async function planFlags(root: string): Promise<FilePlan> {
  const isThere = (await read(join(root, FLAGS))) !== undefined;
  return { path: FLAGS, action: isThere ? 'keep' : 'create', what: isThere ? 'is there' : 'no flags yet' };
}

/** Undefined when there is no such file. */
async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw fileError('read', path, error);
  });
}

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Config } from '../../config/index.js';
import { systemCode } from '../../errors.js';
import { countOf } from '../../measures.js';
import { passwordFile } from '../../pg/password.js';
import type { Finding } from '../../status.js';
import { defineCheck, type Subject } from '../check.js';
import { type Judged, judgeFiles, type Purpose } from '../files/judge.js';
import { readRights, walk } from '../files/read.js';

const File = z.object({
  path: z.string(),
  purpose: z.enum(['secret', 'private', 'code']),
  mode: z.number().int(),
  uid: z.number().int(),
  isDirectory: z.boolean(),
  isReachable: z.boolean(),
});

const Files = z.object({
  /** What was looked at by name. */
  files: z.array(File),
  /** Below them, what others may change, or belongs to others. */
  below: z.array(File),
  looked: z.number().int(),
  /** There are more entries than are looked at. */
  isCutShort: z.boolean(),
  /** Uids whose files these may be. */
  owners: z.array(z.number().int()),
  unread: z.array(z.object({ path: z.string(), reason: z.string() })),
});
type Files = z.infer<typeof Files>;
type Env = Subject['context']['env'];

/** Rights of secrets, backups, configuration and code. Lists of access control beyond the mode are not looked at. */
export const files = defineCheck({
  data: Files,
  read: readFiles,
  judge: (seen) => [
    ...judgeFiles([...seen.files, ...seen.below], new Set(seen.owners)),
    ...seen.unread.map(notSeen),
    ...(seen.isCutShort ? [cutShort(seen.looked)] : []),
  ],
  describe: ({ looked }) => `${countOf(looked, 'file')} looked at`,
});

/** A backend's own source has some thousands at most. */
const MOST_ENTRIES = 20_000;

async function readFiles({ config, context }: Subject): Promise<Files> {
  const { root } = config.app;
  const unread: Files['unread'] = [];
  const named: Judged[] = [];
  for (const { path, purpose } of await placesOf(config, context.env, unread)) {
    const rights = await readRights(path);
    if (typeof rights === 'string') unread.push({ path, reason: rights });
    else if (rights) named.push({ ...rights, purpose });
  }
  const below: Judged[] = [];
  for (const place of named.filter(({ path, isDirectory }) => isDirectory && isCode(path, root))) {
    const walked = await walk(place, MOST_ENTRIES - below.length);
    below.push(...walked.found.map((rights): Judged => ({ ...rights, purpose: 'code' })));
    unread.push(...walked.unread);
  }
  const backend = named.find(({ path }) => path === root)?.uid ?? 0;
  const owners = [...new Set([0, process.getuid?.() ?? 0, backend])];
  return {
    files: named,
    below: below.filter(({ mode, uid }) => (mode & 0o002) !== 0 || !owners.includes(uid)),
    looked: named.length + below.length,
    isCutShort: below.length >= MOST_ENTRIES,
    owners,
    unread,
  };
}

/** What of the backend runs. */
const CODE = ['config', 'src', 'dist', 'package.json'] as const;

const isCode = (path: string, root: string): boolean => CODE.some((name) => path === join(root, name));

type Place = Pick<Judged, 'path' | 'purpose'>;

async function placesOf(
  { app, backup, file, stateDirectory }: Config,
  env: Env,
  unread: Files['unread'],
): Promise<Place[]> {
  const names = await readdir(app.root).catch((error: unknown): string[] => {
    unread.push({ path: app.root, reason: systemCode(error) ?? 'unreadable' });
    return [];
  });
  const secrets = names.filter((name) => /^\.env(?!\.(?:example|sample|template)$)/.test(name));
  const at = (purpose: Purpose) => (path: string) => ({ path, purpose });
  return [
    ...secrets.map((name) => join(app.root, name)).map(at('secret')),
    ...[...(backup.encryption?.identities ?? []), passwordFile(env)].map(at('secret')),
    ...[stateDirectory, backup.directory].map(at('private')),
    // Whether it holds secrets is looked at whenever it is read.
    ...(file === undefined ? [] : [file]).map(at('code')),
    ...[app.root, ...CODE.map((name) => join(app.root, name))].map(at('code')),
  ];
}

const notSeen = ({ path, reason }: Files['unread'][number]): Finding => ({
  code: 'VOPS-SECURITY-FILE-UNSEEN',
  severity: 'unknown',
  message: `the rights of ${path} were not seen (${reason})`,
  hint: 'run as root, or as the owner of the backend, on its host; app.root names its directory',
});

const cutShort = (looked: number): Finding => ({
  code: 'VOPS-SECURITY-FILES-MANY',
  severity: 'unknown',
  message: `there are more than ${looked} files below the backend: not all were looked at`,
  hint: 'does app.root name the directory of the backend alone?',
});

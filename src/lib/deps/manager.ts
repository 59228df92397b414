/** Which package manager the backend has, by its lock file. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../status.js';

/** npm's own, the first one found wins, as for npm. */
const NPM_LOCKS = ['npm-shrinkwrap.json', 'package-lock.json'] as const;
const OTHER_LOCKS = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun', 'bun.lockb': 'bun' } as const;

export type LockFile = (typeof NPM_LOCKS)[number];

/** npm's lock file in this directory, or why there is nothing to go by. */
export async function findLock(root: string): Promise<{ readonly lock: LockFile } | { readonly missing: Finding }> {
  if (!(await exists(join(root, 'package.json')))) return { missing: noPackage(root) };
  for (const lock of NPM_LOCKS) if (await exists(join(root, lock))) return { lock };
  for (const [lock, manager] of Object.entries(OTHER_LOCKS)) {
    if (await exists(join(root, lock))) return { missing: unsupported(lock, manager) };
  }
  return { missing: noLock(root) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

const UNKNOWN = { code: 'VOPS-DEPS-UNSUPPORTED', severity: 'unknown' } as const;

const noPackage = (root: string): Finding => ({
  ...UNKNOWN,
  message: `there is no package.json in ${root}`,
  hint: "set app.root to the backend's directory",
});

const unsupported = (lock: string, manager: string): Finding => ({
  ...UNKNOWN,
  message: `the packages are locked by ${lock}: only lock files of npm are read`,
  hint: `ask ${manager} itself: ${manager} audit, ${manager} outdated`,
});

const noLock = (root: string): Finding => ({
  ...UNKNOWN,
  message: `there is no package-lock.json in ${root}, so which versions run is unknown`,
  hint: 'make one, and keep it in version control: npm install --package-lock-only',
});

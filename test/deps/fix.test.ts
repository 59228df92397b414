import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Lock, lockChanges } from '../../src/lib/deps/fix/lock-changes.js';
import { DependencyFix } from '../../src/lib/deps/index.js';
import { start } from '../support/binary.js';
import { type Project, useRegistry, writeProject } from '../support/npm-registry.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const registry = useRegistry();
const LEAF = 'GHSA-2222-3333-4444';
const VULNERABLE = { dependencies: { mid: '^1.0.0' }, installed: { mid: '1.0.0', leaf: '1.0.0' } };
/** Passes only where the mended package is installed. */
const TRUE_TEST = ['node', '-e', "process.exitCode = require('leaf') === '1.0.1' ? 0 : 9"];

beforeAll(async () => {
  await registry.publish('leaf', '1.0.0');
  await registry.publish('leaf', '1.0.1', { scripts: { postinstall: 'exit 7' } });
  await registry.publish('mid', '1.0.0', { dependencies: { leaf: '^1.0.0' } });
  const url = `https://github.com/advisories/${LEAF}`;
  registry.advise('leaf', { id: 1, url, title: 'Leaf', severity: 'high', vulnerable_versions: '<1.0.1' });
});

beforeEach(() => {
  registry.mood = 'well';
});

const git = (directory: string, ...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

interface SiteOptions {
  readonly project?: Project;
  readonly deps?: object;
  /** Directory of the repository that the backend lies in; none without. */
  readonly repository?: 'backend' | 'above';
}

function site({ project = VULNERABLE, deps = {}, repository }: SiteOptions) {
  const directory = temporaryDirectory();
  const top = join(directory, 'project');
  const root = join(top, 'backend');
  writeProject(registry, root, project);
  writeFileSync(join(root, '.gitignore'), 'node_modules\n');
  if (repository) {
    const at = repository === 'above' ? top : root;
    git(at, 'init', '-q', '-b', 'main');
    git(at, 'add', '.');
    git(at, 'commit', '-q', '-m', 'first');
    // What a repository would have git run besides is not run.
    writeFileSync(join(at, '.git', 'hooks', 'post-checkout'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    writeFileSync(join(at, '.git', 'hooks', 'pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  }
  const config = join(directory, 'config.json');
  const state = join(directory, 'state');
  writeFileSync(config, JSON.stringify({ app: { root }, stateDirectory: state, deps }), { mode: 0o600 });
  const env = { VIKTORIA_OPS_CONFIG: config, npm_config_registry: registry.url() };
  return { root, env, state, lock: () => readFileSync(join(root, 'package-lock.json'), 'utf8') };
}

type Site = ReturnType<typeof site>;

/** As if nothing had been: one working tree, clean, one branch; no run's directory. */
function expectUntouched({ root, state }: Site, before: string): void {
  expect(git(root, 'status', '--porcelain')).toBe('');
  expect(git(root, 'worktree', 'list').split('\n')).toHaveLength(1);
  expect(git(root, 'branch', '--format=%(refname:short)')).toBe('main');
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).toBe(before);
  expect(readdirSync(join(state, 'deps-fix'))).toEqual(['lock']);
}

const codesOf = ({ findings }: { findings: { code: string }[] }) => findings.map(({ code }) => code);
const auditOf = ({ state }: Site) => readFileSync(join(state, 'audit.jsonl'), 'utf8');

describe('deps fix in git', () => {
  test('a branch with the tested lock file; the working tree is not touched', async () => {
    const place = site({ repository: 'above', deps: { testCommand: TRUE_TEST } });
    const before = place.lock();
    const { code, document } = await runJson(['deps', 'fix'], { env: place.env });
    expect(code).toBe(0);
    const result = DependencyFix.parse(document.result);
    expect(result).toMatchObject({
      mode: 'branch',
      applied: true,
      tests: 'passed',
      fixed: [LEAF],
      remaining: [],
      backup: null,
    });
    expect(result.changes).toEqual([{ path: 'node_modules/leaf', from: '1.0.0', to: '1.0.1' }]);
    const { root } = place;
    const branch = String(result.branch);
    expect(git(root, 'diff', '--name-only', 'main', branch)).toMatch(/^(backend\/)?package-lock\.json$/);
    expect(git(root, 'log', '-1', '--format=%s%n%b', branch)).toMatch(
      /^Mend 1 known flaw of dependencies\n+GHSA[\s\S]*leaf: 1\.0\.0 to 1\.0\.1$/,
    );
    expect(auditOf(place)).toContain(`kept: ${branch}`);
    git(root, 'branch', '-D', branch);
    expectUntouched(place, before);
  });

  test('a dry run prints the plan and leaves nothing', async () => {
    const place = site({ repository: 'backend' });
    const before = place.lock();
    const { code, stdout } = await run(['deps', 'fix', '--dry-run'], { env: place.env });
    expect(code).toBe(0);
    expect(stdout).toContain('not done: 1 package, 1 known flaw mended');
    expect(stdout).toMatch(/node_modules\/leaf\t1\.0\.0\t1\.0\.1/);
    expectUntouched(place, before);
  });

  test('the tests fail: nothing is kept, and what they said is told', async () => {
    const place = site({
      repository: 'backend',
      deps: { testCommand: ['node', '-e', "console.log('3 goals \\u001b[31m missing'); process.exitCode = 3"] },
    });
    const before = place.lock();
    const { code, stdout } = await run(['deps', 'fix'], { env: place.env });
    expect(code).toBe(1);
    expect(stdout).toContain('exit 3: 3 goals');
    expect(stdout).not.toContain('\u001b');
    expect(auditOf(place)).toContain('nothing was kept: VOPS-DEPS-TESTS');
    expectUntouched(place, before);
  });

  test('no installation script runs, unless asked for: then this one fails, and nothing is kept', async () => {
    const place = site({ repository: 'backend', deps: { installScripts: true } });
    const before = place.lock();
    const { code, document } = await runJson(['deps', 'fix'], { env: place.env });
    expect(code).toBe(1);
    expect(codesOf(document)).toEqual(['VOPS-DEPS-INSTALL']);
    expectUntouched(place, before);
  });

  test('what is not committed is in the way, before anything is asked', async () => {
    const place = site({ repository: 'above' });
    writeFileSync(join(place.root, 'notes.txt'), 'mine');
    const asked = registry.requests.length;
    const { code, stderr } = await run(['deps', 'fix'], { env: place.env });
    expect(code).toBe(2);
    expect(stderr).toContain('backend/notes.txt');
    expect(registry.requests).toHaveLength(asked);
  });

  test('without tests nothing is changed; with nothing to mend, neither', async () => {
    const untested = site({ repository: 'backend', project: { ...VULNERABLE, scripts: {} } });
    const before = untested.lock();
    const { code, document } = await runJson(['deps', 'fix'], { env: untested.env });
    expect(code).toBe(1);
    expect(codesOf(document)).toEqual(['VOPS-DEPS-NO-TESTS']);
    expectUntouched(untested, before);
    const sound = site({
      repository: 'backend',
      project: { ...VULNERABLE, installed: { mid: '1.0.0', leaf: '1.0.1' } },
    });
    expect(await run(['deps', 'fix'], { env: sound.env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing that'),
    });
  });

  test('a lock file of npm 6, or none at all, is an error that says what to do', async () => {
    for (const text of ['{"lockfileVersion":1,"dependencies":{}}', '<<<<<<< HEAD']) {
      const place = site({});
      writeFileSync(join(place.root, 'package-lock.json'), text);
      const { code, stderr } = await run(['deps', 'fix'], { env: place.env });
      expect(code).toBe(1);
      expect(stderr).toContain('npm install --package-lock-only');
    }
  });

  test('root runs nothing that belongs to somebody else', async () => {
    if (process.getuid?.() !== 0) return; // only root can give files away
    const place = site({});
    chownSync(place.root, 1, 1);
    const { code, stderr } = await run(['deps', 'fix', '--dry-run'], { env: place.env });
    expect(code).toBe(1);
    expect(stderr).toContain('belongs to uid 1');
  });

  test('the registry is unwell: unknown, nothing is changed', async () => {
    const place = site({ repository: 'backend' });
    const before = place.lock();
    registry.mood = '503';
    const { code, document } = await runJson(['deps', 'fix'], { env: place.env });
    expect({ code, status: document.status }).toEqual({ code: 4, status: 'unknown' });
    expect(document.result.changes).toBeNull();
    expectUntouched(place, before);
  });
});

/** Tests that say when they run, and do not end. */
const endless = (file: string) => [
  'node',
  '-e',
  `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`,
];

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('deps fix, ended early', () => {
  test('by a signal: nothing is kept; until then a second one is turned away', async () => {
    const running = join(temporaryDirectory(), 'pid');
    const place = site({ repository: 'backend', deps: { testCommand: endless(running) } });
    const before = place.lock();
    let send = (_name: string) => {};
    const ended = run(['deps', 'fix'], {
      env: place.env,
      onWorld: (world) => (send = (name) => void world.emit(name, name)),
    });
    await until(() => existsSync(running));
    expect(await run(['deps', 'fix', '--dry-run'], { env: place.env })).toMatchObject({ code: 75 });
    send('SIGTERM');
    expect(await ended).toMatchObject({ code: 143 });
    expectUntouched(place, before);
    expect(auditOf(place)).toContain('nothing was kept: VOPS-SIGTERM');
  });

  test('by kill -9: a dry run tells, the next run clears away', async () => {
    const running = join(temporaryDirectory(), 'pid');
    const place = site({ repository: 'backend', deps: { testCommand: endless(running) } });
    const before = place.lock();
    const { child, ended } = start(['deps', 'fix'], {
      ...place.env,
      HOME: temporaryDirectory(),
      PATH: String(process.env.PATH),
    });
    await until(() => existsSync(running) && readFileSync(running, 'utf8') !== '');
    child.kill('SIGKILL');
    await ended;
    process.kill(Number(readFileSync(running, 'utf8')));
    expect(git(place.root, 'worktree', 'list').split('\n')).toHaveLength(2);
    registry.mood = '503';
    const dry = await runJson(['deps', 'fix', '--dry-run'], { env: place.env });
    expect(codesOf(dry.document)).toEqual(['VOPS-DEPS-UNKNOWN', 'VOPS-DEPS-FIX-INTERRUPTED']);
    expect(git(place.root, 'worktree', 'list').split('\n')).toHaveLength(2);
    const { document } = await runJson(['deps', 'fix'], { env: place.env });
    expect(codesOf(document)).toContain('VOPS-DEPS-FIX-INTERRUPTED');
    expectUntouched(place, before);
    expect(auditOf(place)).toContain('deps.fix-mended');
  });

  test('between its commit and its end: the branch stays', async () => {
    const place = site({ repository: 'backend' });
    const left = join(place.state, 'deps-fix', 'dead');
    mkdirSync(left, { recursive: true, mode: 0o700 });
    git(place.root, 'branch', 'deps-fix-dead');
    const note = { repository: place.root, branch: 'deps-fix-dead', isKept: true };
    writeFileSync(join(left, 'note.json'), JSON.stringify(note));
    registry.mood = '503';
    const { document } = await runJson(['deps', 'fix'], { env: place.env });
    expect(document.findings[1].message).toContain('tested and kept: deps-fix-dead');
    expect(git(place.root, 'branch', '--list', 'deps-fix-dead')).not.toBe('');
    expect(existsSync(left)).toBe(false);
  });
});

describe('deps fix without git', () => {
  test('the lock file is replaced, and the old one kept', async () => {
    const place = site({ deps: { testCommand: TRUE_TEST } });
    const before = place.lock();
    const { code, document } = await runJson(['deps', 'fix'], { env: place.env });
    expect(code).toBe(0);
    expect(document.result).toMatchObject({ mode: 'lock-file', applied: true, branch: null });
    expect(lockChanges(JSON.parse(before), JSON.parse(place.lock()))).toEqual(document.result.changes);
    expect(readFileSync(document.result.backup, 'utf8')).toBe(before);
    expect(existsSync(join(place.root, 'node_modules'))).toBe(false);
    expect(await run(['deps', 'audit'], { env: place.env })).toMatchObject({ code: 0 });
  });

  test('the lock file stays when somebody changed it meanwhile', async () => {
    const target = site({});
    const before = target.lock();
    const other = join(target.root, 'package-lock.json');
    const config = JSON.parse(readFileSync(target.env.VIKTORIA_OPS_CONFIG, 'utf8'));
    const deps = { testCommand: ['node', '-e', `require('fs').appendFileSync(${JSON.stringify(other)}, '\\n')`] };
    writeFileSync(target.env.VIKTORIA_OPS_CONFIG, JSON.stringify({ ...config, deps }), { mode: 0o600 });
    const { code, stderr } = await run(['deps', 'fix'], { env: target.env });
    expect(code).toBe(2);
    expect(stderr).toContain('was changed while the fix was tested');
    expect(target.lock()).toBe(`${before}\n`);
  });
});

test('changes between lock files', () => {
  const lock = (packages: object) => Lock.parse({ lockfileVersion: 3, packages });
  const before = lock({
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '1.0.0' },
  });
  const after = lock({
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.1' },
    'node_modules/a/node_modules/c': { version: '3.0.0' },
  });
  expect(lockChanges(before, after)).toEqual([
    { path: 'node_modules/a', from: '1.0.0', to: '1.0.1' },
    { path: 'node_modules/a/node_modules/c', from: null, to: '3.0.0' },
    { path: 'node_modules/b', from: '1.0.0', to: null },
  ]);
  expect(lockChanges(before, before)).toEqual([]);
});

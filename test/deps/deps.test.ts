import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DependencyAudit, OutdatedPackages } from '../../src/lib/deps/index.js';
import { type Project, useRegistry, writeProject } from '../support/npm-registry.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const registry = useRegistry();
const LEAF = 'GHSA-2222-3333-4444';
const OLD = 'GHSA-2222-3333-5555';

beforeAll(async () => {
  await registry.publish('leaf', '1.0.0');
  await registry.publish('leaf', '1.0.1');
  await registry.publish('mid', '1.0.0', { dependencies: { leaf: '^1.0.0' } });
  await registry.publish('old', '1.0.0');
  await registry.publish('old', '2.0.0');
  registry.advise(
    'leaf',
    advisory(1, LEAF, { title: 'Leaf \u001b[31mburns', severity: 'high', vulnerable_versions: '<1.0.1' }),
  );
  registry.advise('old', advisory(2, OLD, { title: 'Old', severity: 'moderate', vulnerable_versions: '<2.0.0' }));
});

beforeEach(() => {
  registry.mood = 'well';
});

const advisory = (
  id: number,
  name: string,
  more: { title: string; severity: string; vulnerable_versions: string },
) => ({
  id,
  url: `https://github.com/advisories/${name}`,
  ...more,
});

const VULNERABLE = {
  dependencies: { mid: '^1.0.0', old: '^1.0.0' },
  installed: { mid: '1.0.0', leaf: '1.0.0', old: '1.0.0' },
};
const SOUND = { dependencies: { mid: '^1.0.0' }, installed: { mid: '1.0.0', leaf: '1.0.1' } };

function site(project: Project = VULNERABLE, deps: object = {}) {
  const directory = temporaryDirectory();
  const root = join(directory, 'backend');
  writeProject(registry, root, project);
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ app: { root }, stateDirectory: join(directory, 'state'), deps }), {
    mode: 0o600,
  });
  return { root, env: { VIKTORIA_OPS_CONFIG: config, npm_config_registry: registry.url() } };
}

const codesOf = ({ findings }: { findings: { code: string }[] }) => findings.map(({ code }) => code);
const allowing = (advisoryId: string, expires: string) => ({
  allow: [{ advisory: advisoryId, reason: 'not reachable', expires }],
});

describe('deps audit', () => {
  test('severity, where it lies, and what mends it', async () => {
    const { env } = site();
    const { code, stdout } = await run(['deps'], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAILED {2}deps audit: 2 known flaws in 3 packages\n/);
    expect(stdout).not.toContain('\u001b');
    const { document } = await runJson(['deps', 'audit'], { env });
    expect(document.findings.map(({ severity, hint }: { severity: string; hint: string }) => [severity, hint])).toEqual(
      [
        ['error', 'viktoria-ops deps fix --dry-run shows the version that mends it'],
        ['warning', expect.stringContaining('npm install old@2.0.0')],
      ],
    );
    expect(DependencyAudit.parse(document.result).advisories).toMatchObject([
      {
        id: LEAF,
        package: 'leaf',
        range: '<1.0.1',
        isDirect: false,
        paths: ['node_modules/leaf'],
        fix: { kind: 'compatible' },
      },
      { id: OLD, severity: 'moderate', isDirect: true, fix: { kind: 'major', package: 'old', version: '2.0.0' } },
    ]);
  });

  test('nothing known', async () => {
    const { env } = site(SOUND);
    expect(await run(['deps', 'audit', '--production', '--quiet'], { env })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('below the level it is listed, and no finding', async () => {
    const { env } = site(VULNERABLE, { auditLevel: 'high', ...allowing(LEAF, '2999-01-01') });
    const { code, document } = await runJson(['deps', 'audit'], { env });
    expect({ code, findings: document.findings }).toEqual({ code: 0, findings: [] });
    expect(document.result.advisories).toHaveLength(2);
    expect(document.result.advisories[0].allowed).toEqual({
      reason: 'not reachable',
      expires: '2999-01-01',
      isExpired: false,
    });
  });

  test('allowed until a day that is past: it counts again, and says why it once did not', async () => {
    const { env } = site(VULNERABLE, allowing(LEAF, '2020-01-01'));
    const { code, document } = await runJson(['deps', 'audit'], { env });
    expect(code).toBe(1);
    expect(document.findings[0]).toMatchObject({
      code: 'VOPS-DEPS-ALLOW-EXPIRED',
      message: expect.stringContaining('allowed until 2020-01-01: not reachable'),
    });
  });

  test('an entry that nothing needs is said', async () => {
    const { env } = site(SOUND, allowing(LEAF, '2999-01-01'));
    const { code, document } = await runJson(['deps', 'audit'], { env });
    expect(code).toBe(0);
    expect(codesOf(document)).toEqual(['VOPS-DEPS-ALLOW-UNNEEDED']);
  });

  test.each([
    { allow: [{ advisory: 'CVE-1', reason: 'x', expires: '2999-01-01' }] },
    { allow: [{ advisory: LEAF, expires: '2999-01-01' }] },
  ])('an entry without identifier, reason or end is refused: %j', async (deps) => {
    const { env } = site(SOUND, deps);
    expect(await run(['deps', 'audit'], { env })).toMatchObject({ code: 2 });
  });
});

describe('deps outdated', () => {
  test('what has newer versions, and by how much', async () => {
    const { env } = site();
    const { code, document } = await runJson(['deps', 'outdated'], { env });
    expect(code).toBe(0);
    expect(OutdatedPackages.parse(document.result).packages).toEqual([
      { name: 'old', current: null, wanted: '1.0.0', latest: '2.0.0', kind: 'dependencies', step: 'major' },
    ]);
    expect(codesOf(document)).toEqual(['VOPS-DEPS-OUTDATED']);
  });
});

describe.each(['audit', 'outdated'])('deps %s without an answer is unknown', (command) => {
  test.each(['html', '503', 'silent'] as const)('the registry: %s', async (mood) => {
    const { env } = site(VULNERABLE, { timeout: '2s' });
    registry.mood = mood;
    const { code, document } = await runJson(['deps', command], { env });
    expect({ code, status: document.status }).toEqual({ code: 4, status: 'unknown' });
    expect(document.findings).toHaveLength(1);
    expect(document.findings[0]).toMatchObject({ code: 'VOPS-DEPS-UNKNOWN', severity: 'unknown' });
    expect(document.result).not.toHaveProperty('packages', expect.anything());
  });

  test('the registry is down; npm hangs; there is no npm', async () => {
    const { env } = site(VULNERABLE, { timeout: '1ms' });
    expect(await runJson(['deps', command], { env })).toMatchObject({ code: 4, document: { status: 'unknown' } });
    const down = { ...site().env, npm_config_registry: 'http://127.0.0.1:9' };
    expect(await run(['deps', command], { env: down })).toMatchObject({ code: 4 });
    const bare = await run(['deps', command], { env: { ...site().env, PATH: '/nonexistent' } });
    expect(bare).toMatchObject({ code: 4, stderr: expect.stringContaining('npm is not installed') });
  });

  test.each([
    { file: 'pnpm-lock.yaml', words: 'pnpm audit' },
    { file: 'yarn.lock', words: 'yarn audit' },
    { file: undefined, words: 'npm install --package-lock-only' },
  ])('locked by $file', async ({ file, words }) => {
    const { env, root } = site();
    rmSync(join(root, 'package-lock.json'));
    if (file) writeFileSync(join(root, file), '');
    const { code, document } = await runJson(['deps', command], { env });
    expect(code).toBe(4);
    expect(document.findings[0].hint).toContain(words);
  });

  test('no backend there', async () => {
    const { env, root } = site();
    rmSync(root, { recursive: true });
    expect(await run(['deps', command], { env })).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('app.root'),
    });
  });
});

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { writeTogether } from '../../src/lib/configuration/restore/write.js';
import { temporaryDirectory } from '../support/run.js';
import { createSite, type Site } from '../support/site.js';

const FILES = {
  'config/server.ts': 'export default { a: 1 };',
  'config/env/production/server.ts': 'export default { a: 2 };',
  'config/flags.json': '{}',
  '.env': 'A=canary-1\nB=canary-2\n',
};

async function saved(sections: object = {}) {
  const site = createSite(FILES, sections);
  site.put('config/server.ts', FILES['config/server.ts'], 0o640);
  await site.run('config', 'backup', 'good');
  return site;
}

const read = (site: Site, name: string) => readFileSync(join(site.root, name), 'utf8');
const snapshots = (site: Site) =>
  readdirSync(join(site.directory, 'state/backups')).filter((name) => name.startsWith('config-'));
const actionsOf = ({ document }: Awaited<ReturnType<Site['runJson']>>) =>
  Object.fromEntries(document.result.files.map(({ path, action }: Record<string, string>) => [path, action]));

describe('config restore', () => {
  test('--dry-run says what it would do, and does nothing', async () => {
    const site = await saved();
    site.put('config/server.ts', 'changed');
    site.put('config/new.ts', 'new');
    site.remove('config/flags.json');
    const ran = await site.runJson('config', 'restore', 'good', '--exact', '--dry-run');
    expect(ran.code).toBe(0);
    expect(actionsOf(ran)).toMatchObject({
      'backend/config/server.ts': 'overwrite',
      'backend/config/flags.json': 'create',
      'backend/config/new.ts': 'remove',
      'backend/config/env/production/server.ts': 'same',
    });
    expect(ran.document.findings).toMatchObject([{ code: 'VOPS-CONFIG-UNSAVED' }]);
    expect(read(site, 'config/server.ts')).toBe('changed');
    expect(snapshots(site)).toHaveLength(1);
  });

  test('puts everything back with its mode, after a safety snapshot, and writes it into the audit log', async () => {
    const site = await saved();
    site.put('config/server.ts', 'changed', 0o600);
    rmSync(join(site.root, 'config/env'), { recursive: true });
    site.put('config/new.ts', 'new');
    await site.run('config', 'backup');
    const ran = await site.runJson('config', 'restore', 'good');
    expect(ran.code).toBe(0);
    expect(read(site, 'config/server.ts')).toBe(FILES['config/server.ts']);
    expect(statSync(join(site.root, 'config/server.ts')).mode & 0o777).toBe(0o640);
    expect(read(site, 'config/env/production/server.ts')).toBe(FILES['config/env/production/server.ts']);
    expect(read(site, 'config/new.ts')).toBe('new');
    const { safetySnapshot } = ran.document.result;
    expect(readFileSync(join(safetySnapshot, 'backend/config/server.ts'), 'utf8')).toBe('changed');
    expect(readdirSync(join(site.root, 'config')).filter((name) => name.includes('partial'))).toEqual([]);
    const log = readFileSync(join(site.directory, 'state/audit.jsonl'), 'utf8');
    expect(JSON.parse(log)).toMatchObject({
      action: 'config.restored',
      outcome: 'done',
      details: { paths: ['config/env/production/server.ts', 'config/server.ts'] },
    });
  });

  test('unsaved changes are not replaced without --confirm, and are kept with it', async () => {
    const site = await saved();
    site.put('config/server.ts', 'only here');
    const refused = await site.run('config', 'restore', 'good');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--confirm');
    expect(read(site, 'config/server.ts')).toBe('only here');
    const ran = await site.runJson('config', 'restore', 'good', '--confirm');
    expect(ran.code).toBe(0);
    expect(readFileSync(join(ran.document.result.safetySnapshot, 'backend/config/server.ts'), 'utf8')).toBe(
      'only here',
    );
  });

  test('nothing to restore: nothing is done, no snapshot made', async () => {
    const site = await saved();
    const { code, stdout } = await site.run('config', 'restore', 'newest');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^OK {2}config restore: \S+ is as in config-\S+: nothing to restore/);
    expect(snapshots(site)).toHaveLength(1);
  });

  test('the newest once more: not what was just replaced', async () => {
    const site = await saved();
    site.put('config/server.ts', 'changed');
    expect((await site.run('config', 'restore', 'newest', '--confirm')).code).toBe(0);
    const { code, stdout } = await site.run('config', 'restore', 'newest');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/nothing to restore/) });
  });

  test('.env stays as it is; variables that are gone are named, without their values', async () => {
    const site = await saved();
    site.put('.env', 'A=canary-3\n');
    site.put('config/flags.json', '{"x": 1}');
    const ran = await site.runJson('config', 'restore', 'good', '--confirm');
    expect(read(site, '.env')).toBe('A=canary-3\n');
    expect(ran.document.result.missingVariables).toEqual(['B']);
    expect(ran.stdout + ran.stderr).not.toContain('canary');
  });

  test('our own file: put back, unless it holds secrets', async () => {
    const site = await saved();
    const own = join(site.directory, '.monitoringrc.json');
    const good = readFileSync(own, 'utf8');
    writeFileSync(own, good.replace('"state"', '"state", "logs": {"keepFor": "2d"}'));
    expect((await site.run('config', 'restore', 'good', '--confirm')).code).toBe(0);
    expect(readFileSync(own, 'utf8')).toBe(good);

    const secret = await saved({ database: { password: 'canary-pw' } });
    const file = join(secret.directory, '.monitoringrc.json');
    const changed = readFileSync(file, 'utf8').replace('"state"', '"state", "logs": {"keepFor": "2d"}');
    writeFileSync(file, changed);
    const ran = await secret.runJson('config', 'restore', 'good', '--confirm');
    expect(actionsOf(ran)).toMatchObject({ 'viktoria-ops/.monitoringrc.json': 'left' });
    expect(readFileSync(file, 'utf8')).toBe(changed);
  });

  test('never through a link, nor over what is no file', async () => {
    const site = await saved();
    const outside = join(temporaryDirectory(), 'outside.ts');
    writeFileSync(outside, 'theirs');
    site.remove('config/server.ts');
    symlinkSync(outside, join(site.root, 'config/server.ts'));
    site.remove('config/flags.json');
    mkdirSync(join(site.root, 'config/flags.json'));
    rmSync(join(site.root, 'config/env'), { recursive: true });
    symlinkSync(temporaryDirectory(), join(site.root, 'config/env'));
    const own = join(site.directory, '.monitoringrc.json');
    const real = join(site.directory, 'real.json');
    writeFileSync(real, readFileSync(own, 'utf8').replace('"state"', '"state", "logs": {"keepFor": "2d"}'), {
      mode: 0o600,
    });
    rmSync(own);
    symlinkSync(real, own);
    const ran = await site.runJson('config', 'restore', 'good', '--confirm');
    expect(new Set(Object.values(actionsOf(ran)))).toEqual(new Set(['left']));
    expect(ran.document.findings.map(({ code }: { code: string }) => code)).toContain('VOPS-CONFIG-NOT-RESTORED');
    expect(readFileSync(outside, 'utf8')).toBe('theirs');
  });

  test('what is too large for a snapshot is not replaced: it could not be put back', async () => {
    const site = await saved();
    site.put('config/flags.json', 'x'.repeat(1_000_001));
    const ran = await site.runJson('config', 'restore', 'good', '--confirm');
    expect(actionsOf(ran)).toMatchObject({ 'backend/config/flags.json': 'left' });
    expect(read(site, 'config/flags.json')).toHaveLength(1_000_001);
  });

  test('a damaged snapshot, one of another backend, and another kind are refused', async () => {
    const site = await saved();
    const [id = ''] = snapshots(site);
    writeFileSync(join(site.directory, 'state/backups', id, 'backend/config/server.ts'), 'export default { a: 9 };');
    site.put('config/server.ts', 'changed');
    expect((await site.run('config', 'restore', id, '--confirm')).stderr).toContain('VOPS-BACKUP-DAMAGED');
    expect(read(site, 'config/server.ts')).toBe('changed');
    const other = createSite({}, { backup: { directory: join(site.directory, 'state/backups') } });
    expect(await other.run('config', 'restore', id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('another backend'),
    });
    expect((await site.run('config', 'restore', 'nope')).code).toBe(2);
  });
});

describe('several files together', () => {
  const site = () => {
    const root = temporaryDirectory();
    const write = (name: string, content: string | null) => {
      return { path: join(root, name), content: content === null ? null : Buffer.from(content), mode: 0o600 };
    };
    return { root, write, all: () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort() };
  };

  test('when one cannot be put into its place, those before it are as they were', async () => {
    const { root, write, all } = site();
    writeFileSync(join(root, 'a'), 'old a', { mode: 0o644 });
    writeFileSync(join(root, 'gone'), 'old gone');
    mkdirSync(join(root, 'z/full'), { recursive: true });
    const before = all();
    const writes = [write('a', 'new a'), write('b/c/new', 'new'), write('gone', null), write('z', 'no')];
    await expect(writeTogether(writes, { root, suffix: '.partial' })).rejects.toMatchObject({ code: 'VOPS-FILE' });
    expect(all()).toEqual(before);
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('old a');
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o644);
    expect(readFileSync(join(root, 'gone'), 'utf8')).toBe('old gone');
  });

  test('when one cannot even be written, nothing is touched', async () => {
    const { root, write, all } = site();
    writeFileSync(join(root, 'a'), 'old a');
    writeFileSync(join(root, 'file'), '');
    const writes = [write('a', 'new a'), write('file/below', 'no')];
    await expect(writeTogether(writes, { root, suffix: '.partial' })).rejects.toMatchObject({ code: 'VOPS-FILE' });
    expect(all()).toEqual(['a', 'file']);
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('old a');
  });
});

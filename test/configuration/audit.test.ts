import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { matcherOf } from '../../src/lib/configuration/audit/drift.js';
import { type GitChange, parseLog } from '../../src/lib/configuration/audit/git.js';
import { judgeAuthors } from '../../src/lib/configuration/audit/judge.js';
import { mergeEvents, type Told } from '../../src/lib/configuration/audit/merge.js';
import type { SnapshotChange } from '../../src/lib/configuration/audit/snapshots.js';
import { createSite, type Site } from '../support/site.js';
import { configOf, serveApi } from '../support/stub-server.js';

describe('the log of git', () => {
  const header = (commit: string, subject: string) =>
    `\u0001${commit}\u00022026-01-02T10:00:00+02:00\u0002a@x\u0002Anna\u0002${subject}`;
  const raw = (status: string, blob: string) => `:100644 100644 ${'0'.repeat(40)} ${blob.repeat(40)} ${status}`;

  test('one change a file, in UTC; a name that looks like a header is a name', () => {
    const text = [
      header('c1', 'one\u0002two'),
      `\n${raw('M', 'a')}`,
      '\u0001x',
      raw('D', '0'),
      ':1 2 3',
      header('c2', ''),
      '',
    ].join('\0');
    expect(parseLog(text)).toEqual([
      {
        commit: 'c1',
        at: '2026-01-02T08:00:00.000Z',
        email: 'a@x',
        name: 'Anna',
        subject: 'one two',
        path: '\u0001x',
        kind: 'changed',
        blob: 'a'.repeat(40),
      },
      expect.objectContaining({ path: ':1 2 3', kind: 'removed' }),
    ]);
    expect(parseLog('')).toEqual([]);
  });
});

describe('what several sources tell becomes one line', () => {
  const day = (number: number) => `2026-01-0${number}T03:00:00.000Z`;
  const commit: GitChange = {
    path: 'config/a.ts',
    kind: 'changed',
    commit: 'c1',
    at: day(2),
    name: 'Anna',
    email: 'a@x',
    subject: 's',
    blob: 'b1',
  };
  const seen: SnapshotChange = {
    path: 'config/a.ts',
    kind: 'changed',
    keys: [],
    after: day(3),
    before: day(4),
    seenIn: 's4',
    blobs: ['b1'],
  };
  const running = { timestamp: '2026-01-03T12:00:00.000Z', instance: 'i', digest: 'd', seen: 'running' as const };
  const none: Told = { git: [], snapshots: [], backend: [], operators: [] };
  const merged = (told: Partial<Told>, since = day(1)) => mergeEvents({ ...none, ...told }, new Date(since));

  test('a commit, and the snapshot that first had its content', () => {
    expect(merged({ git: [commit], snapshots: [seen] })).toEqual([
      expect.objectContaining({ at: day(2), who: 'Anna <a@x>', sources: ['git', 'snapshots'], seenIn: 's4' }),
    ]);
  });

  test('deployed long after it was committed: the line is of the deployment, the name of the commit', () => {
    expect(merged({ git: [commit], snapshots: [seen] }, day(3))).toEqual([
      expect.objectContaining({ at: day(4), who: 'Anna <a@x>', commit: 'c1', sources: ['snapshots', 'git'] }),
    ]);
  });

  test('another content than any commit has: nobody is known', () => {
    expect(merged({ git: [commit], snapshots: [{ ...seen, blobs: ['b2'] }] }).map(({ who }) => who)).toEqual([
      null,
      'Anna <a@x>',
    ]);
  });

  test('a return to a content that was seen before is a line of its own', () => {
    const back = { ...seen, after: day(5), before: day(6), seenIn: 's6' };
    expect(merged({ git: [commit], snapshots: [seen, back] }).map(({ seenIn }) => seenIn)).toEqual(['s6', 's4']);
  });

  test('a commit made after the snapshot explains nothing', () => {
    expect(merged({ git: [{ ...commit, at: day(5) }], snapshots: [seen] })).toHaveLength(2);
  });

  test('a restore with this tool explains what it changed, and only that', () => {
    const operators = [{ at: day(4), who: 'root, by sudo of anna', paths: ['config/a.ts'] }];
    const other = { ...seen, path: 'config/b.ts' };
    expect(merged({ snapshots: [seen, other], operators }).map(({ path, who }) => [path, who])).toEqual([
      ['config/a.ts', 'root, by sudo of anna'],
      ['config/b.ts', null],
    ]);
  });

  test('the backend saw the compiled file change: it knows the time better than the snapshot', () => {
    const change = { ...running, changes: [{ path: 'dist/config/a.js', kind: 'changed' as const }] };
    expect(merged({ snapshots: [seen], backend: [change] })).toEqual([
      expect.objectContaining({ at: running.timestamp, path: 'config/a.ts', sources: ['snapshots', 'backend'] }),
    ]);
  });

  test('what it saw alone is a line; what differed at a start, one for all keys', () => {
    const changes = [
      { path: 'config/z.json', kind: 'added' as const },
      { path: 'x.y', kind: 'changed' as const },
    ];
    expect(merged({ backend: [{ ...running, changes }] })).toHaveLength(2);
    expect(merged({ backend: [{ ...running, seen: 'boot', changes }] })).toMatchObject([
      { keys: ['config/z.json', 'x.y'] },
    ]);
  });

  test('authors: by name, address or account; nobody in particular where none are listed', () => {
    const events = merged({
      git: [commit, { ...commit, name: 'Eve', email: 'e@x', commit: 'c2' }],
      snapshots: [{ ...seen, blobs: [] }],
    });
    const codes = (authors?: string[]) => {
      const { configuration } = configOf({ configuration: authors ? { authors } : {} });
      return judgeAuthors(events, configuration, new Set(['config/a.ts'])).map(
        ({ code, message }) => `${code.slice(12)} ${message}`,
      );
    };
    expect(codes()).toEqual([expect.stringMatching(/^PAST-GIT config\/a\.ts: changed past git/)]);
    expect(codes(['a@x'])).toEqual([
      expect.stringContaining('AUTHOR config/a.ts: changed by Eve <e@x>'),
      expect.stringContaining('PAST-GIT'),
    ]);
    expect(codes(['anna', 'EVE'])).toHaveLength(1);
  });
});

test.each([
  ['database.**', 'database.host', true],
  ['database.**', 'database', false],
  ['*.url', 'server.url', true],
  ['*.url', 'a.b.url', false],
  ['list', 'list[3]', true],
  ['a+b', 'aab', false],
])('%s matches %s: %s', (pattern, key, expected) => {
  expect(matcherOf([pattern])(key)).toBe(expected);
});

/** git as somebody runs it, without anybody's settings. */
function git(site: Site, ...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: site.directory, GIT_CONFIG_NOSYSTEM: '1' };
  const who = ['-c', 'user.name=Anna B', '-c', 'user.email=anna@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...args], { cwd: site.root, env, encoding: 'utf8' });
}

function commitAll(site: Site, message: string) {
  git(site, 'add', '--all', '--force', '.');
  git(site, 'commit', '--quiet', '--message', message);
}

const audit = (site: Site, ...more: string[]) =>
  site.runJson('config', 'audit', ...more).then(({ code, document, stdout, stderr }) => ({
    code,
    text: stdout + stderr,
    events: document.result.events as { who: string | null; path: string; sources: string[] }[],
    codes: document.findings.map(
      ({ code, severity }: { code: string; severity: string }) => `${severity} ${code.slice(12)}`,
    ),
    result: document.result,
  }));

describe('config audit', () => {
  test('commits, snapshots, the backend and restores: who changed what', async () => {
    const url = await serveApi({ '/config/changes': [] });
    const site = createSite({ 'config/a.ts': 'export default {};', 'config/b.json': '{"x": 1}' }, { app: { url } });
    git(site, 'init', '--quiet');
    commitAll(site, 'first');
    await site.run('config', 'backup', 'one');
    site.put('config/a.ts', 'export default { a: 1 };');
    commitAll(site, '*second* | <b>');
    site.put('config/b.json', '{"x": 2}');
    site.put('.env', 'TOKEN=canary-1');
    await site.run('config', 'backup', 'two');
    const { events, codes, code, text } = await audit(site, '--report', 'audit.md');
    const lines = events.map(({ path, who, sources }) => `${path} ${who} ${sources.join('+')}`);
    expect(lines).toEqual(
      expect.arrayContaining([
        'config/a.ts Anna B <anna@example.org> git+snapshots',
        'config/b.json null snapshots',
        '.env null snapshots',
      ]),
    );
    expect(codes).toEqual(['warning PAST-GIT']);
    expect(code).toBe(0);
    const report = readFileSync(join(site.directory, 'audit.md'), 'utf8');
    expect(report).toContain('\\*second\\* \\| &lt;b\\>');
    expect(text + report).not.toContain('canary');

    expect((await site.run('config', 'restore', 'one', '--exact')).code).toBe(0);
    const after = await audit(site);
    expect(after.events[0]).toMatchObject({ sources: ['snapshots', 'operators'], who: expect.any(String) });
  });

  test('a repository whose settings name programs runs none of them', async () => {
    const site = createSite({ 'config/a.ts': 'export default {};' });
    git(site, 'init', '--quiet');
    commitAll(site, 'first');
    const trace = join(site.directory, 'ran');
    const program = site.put('evil.sh', `#!/bin/sh\ntouch ${trace}\n`, 0o755);
    for (const key of [
      'core.fsmonitor',
      'core.pager',
      'diff.external',
      'diff.x.textconv',
      'gpg.program',
      'core.sshCommand',
      'core.editor',
    ])
      git(site, 'config', key, program);
    git(site, 'config', 'log.showSignature', 'true');
    git(site, 'config', 'core.hooksPath', site.root);
    writeFileSync(join(site.root, '.gitattributes'), '* diff=x\n');
    expect((await audit(site)).events).toMatchObject([{ path: 'config/a.ts' }]);
    expect(existsSync(trace)).toBe(false);
  });

  test('a repository of another user is not trusted, and the audit says that it is incomplete', async () => {
    const site = createSite({ 'config/a.ts': 'export default {};' });
    git(site, 'init', '--quiet');
    commitAll(site, 'first');
    if (process.getuid?.() === 0) for (const path of ['.', '.git']) chownSync(join(site.root, path), 12_345, 12_345);
    else git(site, 'config', 'core.repositoryformatversion', '99');
    const { codes, result } = await audit(site);
    expect(result.sources).toContainEqual(expect.objectContaining({ source: 'git', state: 'failed' }));
    expect(codes).toContain('warning AUDIT-INCOMPLETE');
  });

  test('a damaged snapshot is passed over and told; what changed in it shows in the next', async () => {
    const site = createSite({ 'config/a.json': '{"x": 1}' });
    await site.run('config', 'backup', 'one');
    site.put('config/a.json', '{"x": 2}');
    const { document } = await site.runJson('config', 'backup', 'two');
    writeFileSync(join(document.result.path, 'backend/config/a.json'), '{"x": 3}');
    const { events, codes } = await audit(site);
    expect(events).toMatchObject([{ path: 'config/a.json', keys: ['x'], seenIn: 'now' }]);
    expect(codes.filter((code: string) => code === 'warning AUDIT-INCOMPLETE')).toHaveLength(2);
  });

  test('.env in git is told', async () => {
    const site = createSite({ '.env': 'A=1' });
    git(site, 'init', '--quiet');
    commitAll(site, 'first');
    expect((await audit(site)).codes).toContain('warning ENV-IN-GIT');
  });

  test('neither git, nor snapshots, nor a backend: a warning each that counts, and exit 0', async () => {
    const { codes, code, events } = await audit(createSite());
    expect(codes).toEqual(['warning AUDIT-INCOMPLETE', 'info AUDIT-INCOMPLETE', 'warning AUDIT-INCOMPLETE']);
    expect({ code, events }).toEqual({ code: 0, events: [] });
  });

  test('drift: what differs between environments and is not meant to', async () => {
    const site = createSite(
      {
        'config/server.ts': 'export default { port: 1, cron: 1 };',
        'config/env/staging/server.ts': 'export default { port: 2, cron: 2 };',
      },
      {
        configuration: { expectedDrift: ['server.port'] },
        environments: {
          staging: { logs: { keepFor: '1d' } },
          production: {},
          broken: { app: { token: '$'.concat('{env:NONE}') } },
        },
      },
    );
    const { result, codes } = await audit(site);
    expect(result.drift).toEqual([
      { environment: 'staging', reference: 'production', key: 'logs.keepFor', value: '"1d"', expected: '"1w"' },
      { environment: 'staging', reference: 'production', key: 'server.cron', value: '2', expected: '1' },
    ]);
    expect(codes).toContain('warning DRIFT');
  });

  test('--since and --period exclude each other', async () => {
    expect((await createSite().run('config', 'audit', '--since', '1d', '--period', 'weekly')).code).toBe(2);
  });
});

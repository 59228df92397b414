import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { startChain } from '../../src/lib/process/chain.js';
import { createExecute, isLocked, withLock } from '../../src/lib/process/index.js';
import { temporaryDirectory } from '../support/run.js';

const never = new AbortController().signal;
setMaxListeners(0, never);
const holder = { command: 'maintenance daily', runId: 'abcd1234', startedAt: '2026-11-23T03:00:00.000Z' };
const now = { waitMs: 0, signal: never, holder };

describe('the lock', () => {
  test('a second holder is refused and told who has it; then it is free', async () => {
    const path = join(temporaryDirectory(), 'lock');
    await withLock(path, now, async () => {
      expect(await isLocked(path)).toBe(true);
      await expect(withLock(path, now, async () => 1)).rejects.toMatchObject({
        code: 'VOPS-LOCK-BUSY',
        message: expect.stringMatching(/maintenance daily \(process \d+, since 2026-11-23T03:00:00.000Z\)/),
      });
    });
    expect(await isLocked(path)).toBe(false);
    expect(await withLock(path, now, async () => 2)).toBe(2);
  });

  test('waits as long as it is told', async () => {
    const path = join(temporaryDirectory(), 'lock');
    const order: string[] = [];
    const first = withLock(path, now, async () => {
      await sleep(150);
      order.push('first');
    });
    await sleep(30);
    await withLock(path, { ...now, waitMs: 5_000 }, async () => void order.push('second'));
    await first;
    expect(order).toEqual(['first', 'second']);
  });

  test('twenty at once: one at a time', async () => {
    const path = join(temporaryDirectory(), 'lock');
    let inside = 0;
    let most = 0;
    const turn = () =>
      withLock(path, { ...now, waitMs: 10_000 }, async () => {
        most = Math.max(most, ++inside);
        await sleep(2);
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 20 }, turn));
    expect(most).toBe(1);
  });

  test('SIGKILL of the holder frees it, though its words still stand in the file', async () => {
    const path = join(temporaryDirectory(), 'lock');
    const script = `import { withLock } from ${JSON.stringify(new URL('../../src/lib/process/index.js', import.meta.url).href)};
      await withLock(process.argv[1], { waitMs: 0, signal: new AbortController().signal, holder: { command: 'c', runId: 'r', startedAt: 's' } },
        () => { console.log('held'); return new Promise((resolve) => setTimeout(resolve, 60_000)); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      expect(await isLocked(path)).toBe(true);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    expect(readFileSync(path, 'utf8')).toContain(`"pid":${child.pid}`);
    expect(await withLock(path, now, async () => 'taken')).toBe('taken');
  });

  test.each(['{"pid":1}', '', '{"pi', '\u0000\u0001'])('words in the file decide nothing: %j', async (text) => {
    const path = join(temporaryDirectory(), 'lock');
    writeFileSync(path, text);
    expect(await withLock(path, now, async () => 'taken')).toBe('taken');
  });

  test('a symlink, a directory and a FIFO are refused; the target is not touched', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'target'), 'precious');
    symlinkSync(join(directory, 'target'), join(directory, 'link'));
    mkdirSync(join(directory, 'directory'));
    await createExecute({ env: process.env, signal: never })('mkfifo', [join(directory, 'fifo')]);
    for (const name of ['link', 'directory', 'fifo']) {
      await expect(withLock(join(directory, name), now, async () => 1)).rejects.toMatchObject({
        code: 'VOPS-FILE-UNSAFE',
      });
    }
    expect(readFileSync(join(directory, 'target'), 'utf8')).toBe('precious');
  });
});

describe('programs', () => {
  const execute = createExecute({ env: { PATH: process.env.PATH, SECRET: 'hunter22' }, signal: never });
  const shim = (text: string) => {
    const path = join(temporaryDirectory(), 'shim');
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  test('arguments arrive as they are; the environment does not', async () => {
    const { stdout } = await execute(shim('printf "%s|" "$@"; env'), ['$(id)', '; rm x', '-rf', 'a b']);
    expect(stdout).toContain('$(id)|; rm x|-rf|a b|');
    expect(stdout).not.toContain('hunter22');
  });

  test.each([
    ['missing', '/no/such/program', 'VOPS-TOOL-MISSING'],
    ['failing', shim('echo reason >&2; exit 7'), 'VOPS-TOOL-FAILED'],
  ])('%s', async (_, file, code) => {
    await expect(execute(file, [])).rejects.toMatchObject({ code });
  });

  test('an exit code that is an answer', async () => {
    expect(await execute(shim('exit 3'), [], { okExitCodes: [0, 3] })).toMatchObject({ exitCode: 3 });
  });

  test('over its time: the whole group ends, a grandchild too', async () => {
    const mark = join(temporaryDirectory(), 'mark');
    const program = shim(`(trap '' TERM; sleep 1; touch ${mark}) >/dev/null 2>&1 & wait`);
    await expect(execute(program, [], { timeoutMs: 100 })).rejects.toMatchObject({ code: 'VOPS-TOOL-FAILED' });
    await sleep(1_100);
    expect(existsSync(mark)).toBe(false);
  }, 10_000);
});

test('what a program says is kept for a reader that comes after its end', async () => {
  const signal = new AbortController().signal;
  const { output, ended } = startChain(
    [
      { file: 'seq', args: ['20000'] },
      { file: 'cat', args: [] },
    ],
    { signal },
  );
  await new Promise((resolve) => setTimeout(resolve, 300)); // both would have ended, had anybody read
  let text = '';
  for await (const chunk of output ?? []) text += chunk;
  await ended;
  expect(text.split('\n').length).toBe(20_001);

  const short = startChain([{ file: 'echo', args: ['short'] }], { signal });
  await short.ended;
  await new Promise((resolve) => setTimeout(resolve, 50));
  let late = '';
  for await (const chunk of short.output ?? []) late += chunk;
  expect(late).toBe('short\n');
});

test('a reader that ends early, whatever its writer is doing then', async () => {
  const signal = new AbortController().signal;
  const read = { file: 'sh', args: ['-c', 'sleep 0.05'], env: { PATH: process.env.PATH ?? '' } };
  for (const size of ['1k', '64k', '256k']) {
    const write = { file: 'dd', args: ['if=/dev/zero', `bs=${size}`, 'status=none'] };
    const early = startChain([write, read], { signal, mayEndEarly: true });
    early.output?.resume();
    await early.ended;
    const whole = startChain([write, read], { signal });
    whole.output?.resume();
    await expect(whole.ended).rejects.toMatchObject({ code: 'VOPS-TOOL-FAILED' });
  }
});

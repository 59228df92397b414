import { spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { appendFileSync, copyFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createFilter } from '../../src/lib/logs/tail/filter.js';
import { FollowedFile } from '../../src/lib/logs/tail/followed-file.js';
import type { TailRecord } from '../../src/lib/logs/tail/record.js';
import { TailFlags, tailLogs } from '../../src/lib/logs/tail/tail.js';
import { testContext } from '../support/context.js';
import { run, temporaryDirectory } from '../support/run.js';

function place() {
  const root = temporaryDirectory();
  const logs = join(root, 'logs');
  mkdirSync(logs);
  const config = join(root, 'config.json');
  writeFileSync(config, JSON.stringify({ stateDirectory: join(root, 'state'), logs: { directory: logs } }), {
    mode: 0o600,
  });
  return { logs, log: join(logs, 'app.log'), config, env: { VIKTORIA_OPS_CONFIG: config } };
}

const entry = (message: string, fields: object = {}) =>
  `${JSON.stringify({ level: 'info', message, timestamp: '2026-11-23T03:00:00.000Z', ...fields })}\n`;

/** Follows until the test is done, and keeps what is emitted. */
function follow({ config }: ReturnType<typeof place>, flags: object = {}) {
  const controller = new AbortController();
  const records: TailRecord[] = [];
  const emit = async (record: object) => {
    records.push(record as TailRecord);
    return true;
  };
  const context = testContext({ configFlags: { config }, signal: controller.signal, emit });
  const ended = tailLogs(context, TailFlags.parse(flags)).catch((error: unknown) => error);
  const messages = () => records.map(({ message }) => message);
  return {
    messages,
    /** Resolves once that many have come. */
    until: async (count: number) => {
      for (let tries = 0; messages().length < count && tries < 500; tries++) await sleep(20);
      return messages();
    },
    stop: async () => {
      controller.abort(new Error('done'));
      return ended;
    },
  };
}

describe('the last lines', () => {
  test('of several files in the order of their times, then the end', async () => {
    const { logs, log, env } = place();
    const at = (minute: number) => ({ timestamp: `2026-11-23T03:0${minute}:00.000Z` });
    writeFileSync(log, entry('one', at(1)) + entry('three', at(3)) + entry('five', at(5)));
    writeFileSync(join(logs, 'error.log'), entry('two', at(2)) + entry('four', { ...at(4), level: 'error' }));
    const { code, stdout, stderr } = await run(['logs', 'tail', '--no-follow', '--lines', '2', '-o', 'ndjson'], {
      env,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.map(({ file, message }) => [file, message])).toEqual([
      ['error.log', 'two'],
      ['app.log', 'three'],
      ['error.log', 'four'],
      ['app.log', 'five'],
    ]);
    expect(records[2]).toEqual({
      file: 'error.log',
      format: 'json',
      time: '2026-11-23T03:04:00.000Z',
      level: 'error',
      message: 'four',
    });
  });

  test('what is wanted and rare is looked for further back than what is shown of all', async () => {
    const { log, env } = place();
    const much = entry('x'.repeat(500)).repeat(6_000);
    writeFileSync(log, entry('first', { level: 'error' }) + much + entry('second', { level: 'error' }) + much);
    const { stdout } = await run(['logs', 'tail', '--no-follow', '--level', 'error', '-o', 'ndjson'], { env });
    expect(stdout.match(/"message":"\w+"/g)).toEqual(['"message":"first"', '"message":"second"']);
    const many = await run(['logs', 'tail', '--no-follow', '--lines', '9000', '-o', 'ndjson'], { env });
    expect(many.stdout.trim().split('\n')).toHaveLength(9_000);
  });

  test('plain when piped, coloured by level on a terminal; a line controls neither', async () => {
    const { log, env } = place();
    writeFileSync(
      log,
      entry('bad \u001b]52;c;x\u0007', {
        level: 'error',
        contentType: 'api::team.team',
        operation: 'find',
        executionTime: 12,
      }),
    );
    const piped = await run(['logs', 'tail', '--no-follow'], { env });
    expect(piped.stdout).toBe(
      '2026-11-23T03:00:00.000Z error app.log bad \\x1b]52;c;x\\x07 (api::team.team find) (12 ms)\n',
    );
    const shown = await run(['logs', 'tail', '--no-follow'], { env, stdoutIsTerminal: true });
    expect(shown.stdout).toContain('\u001b[31merror\u001b[39m');
    expect(shown.stdout).not.toContain('\u001b]');
  });

  test('one JSON document of what has no end is refused', async () => {
    const { code, stdout } = await run(['logs', 'tail', '--json'], { env: place().env });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'VOPS-USAGE', hint: expect.stringContaining('ndjson') },
    });
  });

  test.each([
    [['--grep', '('], '--grep'],
    [['--level', 'loud'], '--level'],
    [['--lines', '-1'], '--lines'],
  ])('a wrong call: %j', async (options, named) => {
    const { code, stderr } = await run(['logs', 'tail', ...options], { env: place().env });
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(named) });
  });

  test('a log that cannot be opened does not keep the others from being shown', async () => {
    // Nobody may read the one, root neither; the other says 1.
    const options = ['--directory', '/sys/bus/platform', '--pattern', 'drivers_*', '--no-follow'];
    const { code, stdout, stderr } = await run(['logs', 'tail', ...options], { env: place().env });
    expect(stdout).toMatch(/drivers_autoprobe.* 1\n$/);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('platform/drivers_probe') });
    expect(stderr.match(/permission denied/g)).toHaveLength(1);
  });

  test('no directory', async () => {
    const { code, stderr } = await run(['logs', 'tail', '--directory', '/nonexistent'], { env: place().env });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('/nonexistent') });
  });
});

describe('follows', () => {
  test('growth line by line, a new log, and a rotation by rename to whose old file is written on', async () => {
    const here = place();
    writeFileSync(here.log, entry('old'));
    const tail = follow(here, { lines: 1 });
    await tail.until(1);
    appendFileSync(here.log, entry('a').slice(0, 20));
    await sleep(300);
    appendFileSync(here.log, entry('a').slice(20));
    await tail.until(2);
    renameSync(here.log, `${here.log}.1`);
    appendFileSync(`${here.log}.1`, entry('b'));
    writeFileSync(here.log, entry('c'));
    await tail.until(4);
    appendFileSync(`${here.log}.1`, entry('d'));
    await tail.until(5);
    writeFileSync(join(here.logs, 'other.log'), entry('e'));
    expect(await tail.until(6)).toEqual(['old', 'a', 'b', 'c', 'd', 'e']);
    await tail.stop();
  });

  test('a copy and a truncation: what was cut off before it was read stands in the copy', async () => {
    const here = place();
    writeFileSync(here.log, entry('old'));
    const tail = follow(here, { lines: 1 });
    await tail.until(1);
    for (let round = 0; round < 5; round++) {
      appendFileSync(here.log, entry(`cut ${round}`));
      copyFileSync(here.log, `${here.log}.${round}`);
      truncateSync(here.log, 0);
      appendFileSync(here.log, entry(`new ${round}`));
      await tail.until(1 + (round + 1) * 2);
    }
    expect(tail.messages()).toEqual(['old', ...[0, 1, 2, 3, 4].flatMap((round) => [`cut ${round}`, `new ${round}`])]);
    await tail.stop();
  });

  test('a log that is truncated and already longer than before is read from its beginning', async () => {
    const here = place();
    writeFileSync(here.log, entry('old'));
    const tail = follow(here, { lines: 1 });
    await tail.until(1);
    writeFileSync(here.log, entry('first of the new') + entry('second of the new'));
    expect(await tail.until(3)).toEqual(['old', 'first of the new', 'second of the new']);
    await tail.stop();
  });

  test('one that is truncated and longer at once, again and again: never a part of a line', async () => {
    const { log } = place();
    writeFileSync(log, '');
    // Written on, and each time begun anew with other lines, longer ones.
    const script = `
      const { appendFileSync, writeFileSync } = require('node:fs');
      const lines = (round, count) => Array.from({ length: count }, (_, line) => 'line ' + 'x'.repeat((7 * round + line) % 50) + ' ends\\n').join('');
      for (let round = 1; round <= 1_500; round++) {
        writeFileSync(process.argv[1], lines(round, 1));
        appendFileSync(process.argv[1], lines(round, 1));
        writeFileSync(process.argv[1], lines(round, 10));
      }`;
    const writer = spawn(process.execPath, ['-e', script, log], { stdio: 'inherit' });
    const ended = new Promise((resolve) => writer.once('exit', resolve)).then(() => true);
    const handle = await open(log);
    const file = new FollowedFile({ name: 'app.log', identity: '1' }, handle);
    const seen: string[] = [];
    for (let isOver = false; !isOver; ) {
      isOver = await Promise.race([ended, Promise.resolve(false)]);
      const lines = await file.read();
      if (lines === 'truncated') file.restart();
      else seen.push(...lines);
    }
    await file.close();
    expect(seen.length).toBeGreaterThan(100);
    expect(seen.filter((line) => !/^line x* ends$/.test(line))).toEqual([]);
  }, 30_000);

  test('a line of two megabytes comes in pieces', async () => {
    const here = place();
    writeFileSync(here.log, entry('old'));
    const tail = follow(here);
    await tail.until(1);
    appendFileSync(here.log, `${'x'.repeat(2 ** 21)}\n${entry('after')}`);
    for (let tries = 0; !tail.messages().includes('after') && tries < 200; tries++) await sleep(20);
    expect(tail.messages().at(-1)).toBe('after');
    expect(Math.max(...tail.messages().map(({ length }) => length))).toBeLessThanOrEqual(65_536);
    await tail.stop();
  });

  test('ends with Ctrl-C: exit 130, and stdout holds the lines alone', async () => {
    const { log, env } = place();
    writeFileSync(log, entry('old'));
    let world: EventEmitter | undefined;
    const ran = run(['logs', 'tail'], { env, onWorld: (emitter) => void (world = emitter) });
    await sleep(400);
    world?.emit('SIGINT', 'SIGINT');
    const { code, stdout } = await ran;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '2026-11-23T03:00:00.000Z info  app.log old\n' });
  });
});

describe('filters', () => {
  const record = (fields: Partial<TailRecord>): TailRecord => ({
    file: 'x',
    format: 'strapi',
    level: 'info',
    message: 'm',
    ...fields,
  });
  const line = (message: string): TailRecord => ({ file: 'x', message });

  test.each<[string, Parameters<typeof createFilter>[0], TailRecord[], boolean[]]>([
    [
      'a level and graver ones',
      { level: 'warn' },
      [record({ level: 'error' }), record({ level: 'warn' }), record({})],
      [true, true, false],
    ],
    [
      'what goes on with an entry is shown with it',
      { level: 'error' },
      [line('before'), record({ level: 'error' }), line('at x'), record({}), line('at y')],
      [false, true, true, false, false],
    ],
    [
      'a pattern, in the stack too',
      { grep: /team/ },
      [record({ message: 'a team' }), record({ stack: 'at team' }), record({}), line('at team'), line('at x')],
      [true, true, false, true, false],
    ],
    ['a pattern in lines of no known format', { grep: /a/ }, [line('a'), line('b')], [true, false]],
    [
      'a hook',
      { hook: 'TEAM before' },
      [
        record({ contentType: 'api::team.team', operation: 'beforeUpdate' }),
        record({ contentType: 'api::team.team', operation: 'find' }),
      ],
      [true, false],
    ],
  ])('%s', (_, wanted, records, shown) => {
    expect(records.map(createFilter(wanted))).toEqual(shown);
  });
});

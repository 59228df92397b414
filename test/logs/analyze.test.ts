import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeLogs } from '../../src/lib/logs/analyze/analyze.js';
import { Analyzer } from '../../src/lib/logs/analyze/analyzer.js';
import { addChunk, createFileTally } from '../../src/lib/logs/analyze/chunk.js';
import { hoursOf, isNewMessage } from '../../src/lib/logs/analyze/compose.js';
import { kindOfName } from '../../src/lib/logs/analyze/files.js';
import { createLanes } from '../../src/lib/logs/analyze/lanes.js';
import { mergeTally } from '../../src/lib/logs/analyze/merge-tally.js';
import { AnalyzeFlags } from '../../src/lib/logs/analyze/result.js';
import { Tally } from '../../src/lib/logs/analyze/tally.js';
import { LONGEST_MESSAGE, Templates } from '../../src/lib/logs/analyze/templates.js';
import { Top } from '../../src/lib/logs/analyze/top.js';
import { createZone } from '../../src/lib/logs/entries/zone.js';
import { patternToRegExp } from '../../src/lib/logs/names.js';
import { templateOf } from '../../src/lib/message-template.js';
import { testContext } from '../support/context.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const NOW = new Date('2026-11-23T03:00:00.000Z');

function place(settings: object = {}, path = process.env.PATH) {
  const root = temporaryDirectory();
  const logs = join(root, 'logs');
  mkdirSync(logs);
  const config = join(root, 'config.json');
  const section = { directory: logs, ...settings };
  writeFileSync(config, JSON.stringify({ stateDirectory: join(root, 'state'), logs: section }), { mode: 0o600 });
  const context = {
    ...testContext({ configFlags: { config }, env: { HOME: root, PATH: path } }),
    now: () => NOW,
  };
  return {
    root,
    logs,
    log: join(logs, 'app.log'),
    env: { VIKTORIA_OPS_CONFIG: config },
    analyze: (flags: object = {}) => analyzeLogs(context, AnalyzeFlags.parse({ zone: 'Europe/Berlin', ...flags })),
  };
}

const json = (fields: object) => `${JSON.stringify(fields)}\n`;
const numbered = (number: number) =>
  json({ level: 'info', message: `line ${number}`, timestamp: new Date(NOW.getTime() + number).toISOString() });
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => numbered(from + index)).join('');

describe('what it tells', () => {
  const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z`;

  function plant() {
    const place_ = place();
    const hook = { contentType: 'api::team.team', operation: 'beforeUpdate' };
    writeFileSync(
      place_.log,
      [
        ...Array.from({ length: 99 }, (_, index) =>
          json({
            level: 'info',
            message: 'hook executed',
            timestamp: at(index % 60),
            ...hook,
            executionTime: index + 1,
          }),
        ),
        json({
          level: 'error',
          message: 'Team 41 has no season "2026"',
          timestamp: at(1),
          ...hook,
          executionTime: 100,
          stack: 'Error: Team 41\n    at x',
        }),
        json({ level: 'error', message: 'Team 7 has no season "2027"', timestamp: at(3) }),
        json({ level: 'warn', message: 'mail to anna@example.com failed', timestamp: at(2) }),
        json({ level: 'http', message: 'GET /api/teams/1 (10 ms) 200', timestamp: at(4) }),
        json({ level: 'http', message: 'GET /api/teams/2 (30 ms) 500', timestamp: at(4) }),
      ].join(''),
    );
    return place_;
  }

  test('levels, templates, hooks, routes, hours', async () => {
    const { status, result } = await plant().analyze();
    expect(status).toBe('ok');
    expect(result.levels).toMatchObject({ info: 99, error: 2, warn: 1, http: 2 });
    expect(result.messages).toMatchObject([
      {
        level: 'error',
        template: 'Team # has no season "…"',
        count: 2,
        isNew: false,
        firstSeen: at(1),
        lastSeen: at(3),
        example: 'Team 41 has no season "2026"',
        stack: 'Error: Team 41\n    at x',
      },
      { level: 'warn', template: 'mail to <email> failed', example: 'mail to <email> failed' },
    ]);
    const [hook] = result.hooks;
    expect(hook).toMatchObject({
      contentType: 'api::team.team',
      operation: 'beforeUpdate',
      count: 100,
      failures: 1,
      averageMs: 50.5,
      maxMs: 100,
    });
    expect(Math.abs((hook?.p95Ms ?? 0) - 95) / 95).toBeLessThan(0.02);
    expect(result.routes).toMatchObject([
      { method: 'GET', route: '/api/teams/:id', count: 2, failures: 1, averageMs: 20, maxMs: 30 },
    ]);
    expect(result.hours).toEqual([
      { hour: '2026-11-22 11:00 +01:00', start: '2026-11-22T10:00:00.000Z', entries: 104, warnings: 1, errors: 2 },
    ]);
    expect(result.files).toMatchObject([
      { name: 'app.log', state: 'analyzed', format: 'json', entries: 104, unrecognized: 0 },
    ]);
  });

  test('what is new since the run before comes first', async () => {
    const { analyze, log } = plant();
    expect((await analyze()).result.isComparable).toBe(false);
    appendFileSync(log, json({ level: 'warn', message: 'disk 9 is full', timestamp: at(9) }));
    appendFileSync(log, json({ level: 'error', message: 'pool is empty', timestamp: at(9) }));
    const { result, findings, status } = await analyze();
    expect(result.messages.map(({ template, isNew }) => [template, isNew])).toEqual([
      ['pool is empty', true],
      ['disk # is full', true],
      ['Team # has no season "…"', false],
      ['mail to <email> failed', false],
    ]);
    expect(findings).toMatchObject([{ code: 'VOPS-LOGS-NEW-ERRORS', severity: 'warning' }]);
    expect(status).toBe('warning');
    expect((await analyze()).findings).toEqual([]);
  });

  test('a message is new in a period it was first seen in, whoever looked meanwhile', () => {
    const memory = {
      version: 1,
      directory: '',
      since: at(0),
      checkpoints: [],
      archives: [],
      templates: { k: { firstSeen: at(30), lastSeen: at(40) } },
    } as const;
    const writable = { ...memory, checkpoints: [], archives: [] };
    expect([undefined, writable].map((known) => isNewMessage(known, 'k', Number.NEGATIVE_INFINITY))).toEqual([
      false,
      false,
    ]);
    expect(
      [at(20), at(35), '2026-11-22T09:00:00Z'].map((since) => isNewMessage(writable, 'k', Date.parse(since))),
    ).toEqual([true, false, false]);
    expect(isNewMessage(writable, 'other', Date.parse(at(20)))).toBe(true);
  });

  test('text, Markdown and JSON have the same figures; what is in a line controls no terminal', async () => {
    const { env, log, root } = plant();
    appendFileSync(log, json({ level: 'error', message: 'evil \u001b]0;x\u0007 | `rm`', timestamp: at(5) }));
    const report = join(root, 'report.md');
    const { code, stdout } = await run(['logs', 'analyze', '--zone', 'Europe/Berlin', '--report', report], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^OK {2}logs analyze: 3 errors, 1 warning in 105 entries in 1 file/);
    const markdown = readFileSync(report, 'utf8');
    for (const text of [stdout, markdown]) {
      expect(text).not.toContain('\u001b');
      expect(text).toContain('Team # has no season "…"');
      expect(text).toContain('evil \\x1b]#;x\\x07');
      expect(text).toContain('11:00 +01:00');
    }
    expect(markdown).toContain('\\| "…"`');
  });

  test('addresses and tokens stay out of it, unless asked for', async () => {
    const { analyze, log } = place();
    const token = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.c`;
    writeFileSync(log, json({ level: 'error', message: `anna@example.com at 10.0.0.7 with ${token}` }));
    const exampleOf = async (flags: object) => (await analyze(flags)).result.messages[0]?.example;
    expect(await exampleOf({})).toBe('<email> at 10.0.0.7 with <token>');
    expect(await exampleOf({ redactIps: true })).toBe('<email> at <ip> with <token>');
    expect(await exampleOf({ unredacted: true })).toContain('anna@example.com');
  });

  test('a period: older entries and files are left out, undated ones are not', async () => {
    const { analyze, log, logs } = place();
    const entry = (time: string | undefined) => json({ level: 'error', message: 'x', timestamp: time });
    writeFileSync(log, entry('2026-11-20T03:00:00Z') + entry('2026-11-22T23:00:00Z') + entry(undefined));
    utimesSync(log, NOW, NOW);
    writeFileSync(join(logs, 'old.log'), entry('2026-11-01T03:00:00Z'));
    utimesSync(join(logs, 'old.log'), new Date('2026-11-02'), new Date('2026-11-02'));
    const { result, findings } = await analyze({ since: '24h' });
    expect(result).toMatchObject({
      olderFiles: 1,
      levels: { error: 2 },
      totals: { entries: 3, earlier: 1, undated: 1 },
      since: '2026-11-22T03:00:00.000Z',
    });
    expect(findings).toMatchObject([{ code: 'VOPS-LOGS-UNDATED', severity: 'info' }]);
    expect((await analyze({ period: 'monthly' })).result.totals).toMatchObject({ entries: 4, earlier: 0 });
  });

  test.each([
    [['--since', '24h', '--period', 'daily'], '--period'],
    [['--zone', 'Middle/Earth'], '--zone'],
    [['--top', '0'], '--top'],
  ])('a wrong call: %j', async (options, named) => {
    const { code, stderr } = await run(['logs', 'analyze', ...options], { env: place().env });
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(named) });
  });
});

describe('multi-line entries', () => {
  const STRAPI = [
    '[2026-11-23 03:00:00.123] error: Team 41 is gone',
    'Error: Team 41 is gone',
    '    at update (/srv/app/src/api/team.js:12:3)',
    '',
    '[2026-11-23 03:00:01.123] info: on we go',
    '2026-11-23 03:00:00.123 UTC [4711] ERROR:  duplicate key',
    '2026-11-23 03:00:00.123 UTC [4711] DETAIL:  Key (id)=(1) already exists.',
    '2026-11-23 03:00:00.123 UTC [4711] STATEMENT:  insert into x',
    '\tvalues (1)',
    '',
  ].join('\n');

  test('stacks and details belong to the entry before', async () => {
    const { analyze, log } = place();
    writeFileSync(log, STRAPI);
    const { result } = await analyze();
    expect(result.totals).toMatchObject({ lines: 9, entries: 3, continued: 5, unrecognized: 0 });
    expect(result.messages).toMatchObject([
      { template: 'Team # is gone', stack: 'Error: Team 41 is gone\n    at update (/srv/app/src/api/team.js:12:3)' },
      { template: 'duplicate key' },
    ]);
  });

  const someLine = fc.constantFrom(
    json({ level: 'error', message: 'a 1' }),
    '[2026-11-23 03:00:00.123] error: b\n',
    '    at x\n',
    'words\n',
    '\n',
    '\u0000\u0001\n',
    '2026-11-23 03:00:00 UTC [1] DETAIL:  y\n',
  );

  test('however a file is cut, the sums are the same', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(someLine, fc.boolean()), { minLength: 1, maxLength: 40 }), (all) => {
        const whole = countCut([all.map(([line]) => line).join('')]);
        const chunks: string[] = [];
        for (const [line, cuts] of all) chunks.push(cuts ? line : `${chunks.pop() ?? ''}${line}`);
        expect(countCut(chunks)).toEqual(whole);
      }),
    );
  });

  /** Chunks go to two analyzers in turn. */
  function countCut(chunks: readonly string[]) {
    const options = { zone: 'UTC', since: Number.NEGATIVE_INFINITY };
    const analyzers = [new Analyzer(options), new Analyzer(options)];
    const file = createFileTally(false);
    for (const [index, chunk] of chunks.entries()) {
      const report = analyzers[index % 2]?.analyze(Buffer.from(chunk));
      if (report) addChunk(file, report);
    }
    const tally = new Tally(options.since);
    for (const analyzer of analyzers) mergeTally(tally, analyzer.tally);
    const { lines, entries, continued, unrecognized, formats } = file;
    const groups = tally.templates.map(({ items }) => [...items].map(([key, { count }]) => `${count} ${key}`).sort());
    return { lines, entries, continued, unrecognized, formats, levels: tally.levels, groups };
  }

  test('a stack without an end is none', async () => {
    const { analyze, log } = place();
    writeFileSync(log, `[2026-11-23 03:00:00.123] info: x\n${'garbage\n'.repeat(5_000)}`);
    const { result, status, findings } = await analyze();
    expect(result.totals).toMatchObject({ continued: 1_000, unrecognized: 4_000 });
    expect({ status, findings }).toMatchObject({
      status: 'partial',
      findings: [{ code: 'VOPS-LOGS-UNRECOGNIZED', severity: 'error' }],
    });
  });
});

test('templates from bytes are those of the text', () => {
  const templates = new Templates();
  const part = fc.oneof(
    fc.string(),
    fc.nat().map(String),
    fc.constantFrom(
      '"',
      "'",
      ' ',
      '-',
      '.',
      '@',
      'x',
      'id 0x1f',
      'é',
      'znrlzntu9ei5onjvwfaalu2v',
      '0b0e7e0c-5a4f-4b57-9d0e-111111111111',
    ),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const bytes = Buffer.from(parts.join(''));
      const text = bytes.subarray(0, LONGEST_MESSAGE).toString('utf8');
      expect(templates.of(bytes, 0, bytes.length)).toBe(templateOf(text));
    }),
    { numRuns: 1_000 },
  );
});

test('the rarest are let go of, and counted', () => {
  const top = new Top<{ count: number }>(4);
  for (const count of [9, 1, 8, 2, 7]) top.set(`k${count}`, { count });
  expect([...top.items.keys()]).toEqual(['k9', 'k8', 'k7']);
  expect(top.restCount).toBe(3);
});

test('hours over the change of the clock: the one that comes twice is two', () => {
  const quarter = { entries: 1, warnings: 0, errors: 0 };
  const start = Date.parse('2026-10-24T22:00:00Z') / 900_000;
  const quarters = new Map(Array.from({ length: 25 * 4 }, (_, index) => [start + index, { ...quarter }]));
  const hours = hoursOf(quarters, createZone('Europe/Berlin'));
  expect(hours).toHaveLength(25);
  expect(new Set(hours.map(({ entries }) => entries))).toEqual(new Set([4]));
  expect(hours.slice(2, 4).map(({ hour }) => hour)).toEqual(['2026-10-25 02:00 +02:00', '2026-10-25 02:00 +01:00']);
  const half = hoursOf(new Map([[start, quarter]]), createZone('Asia/Kolkata'));
  expect(half).toMatchObject([{ hour: '2026-10-25 03:00 +05:30', start: '2026-10-24T21:30:00.000Z' }]);
});

test.each([
  ['app.log', { isRotated: false }],
  ['app.log.1', { isRotated: true }],
  ['app.log.2.gz', { isRotated: true }],
  ['app.log-20261123', { isRotated: true }],
  ['app.log-20261123T030000Z.1.zst', { isRotated: true }],
  ['app.log.gz', { isRotated: true }],
  ['app.log-20261123T030000Z.zst.0123456789ab.partial', undefined],
  ['app.log.bak', undefined],
  ['.app.log', undefined],
  ['notes.txt', undefined],
])('the name %s', (name, kind) => {
  expect(kindOfName(name, patternToRegExp('*.log'))).toEqual(kind);
});

describe('nothing twice, nothing missed', () => {
  const entriesOf = async ({ analyze }: ReturnType<typeof place>) =>
    (await analyze({ incremental: true })).result.totals.entries;

  test('growth, rename, copy, archive, line by line', async () => {
    const here = place();
    const { log, logs } = here;
    writeFileSync(log, lines(0, 100));
    expect(await entriesOf(here)).toBe(100);
    expect(await entriesOf(here)).toBe(0);
    appendFileSync(log, lines(100, 120));
    expect(await entriesOf(here)).toBe(20);
    // Renamed with a line that no run has seen, and a new one begun.
    appendFileSync(log, lines(120, 121));
    renameSync(log, join(logs, 'app.log.1'));
    writeFileSync(log, lines(121, 125));
    expect(await entriesOf(here)).toBe(5);
    // Archived: the same content again, and the archive is not unpacked a second time.
    writeFileSync(join(logs, 'app.log.1.gz'), gzipSync(readFileSync(join(logs, 'app.log.1'))));
    expect(await entriesOf(here)).toBe(0);
    rmSync(join(logs, 'app.log.1'));
    expect(await entriesOf(here)).toBe(0);
    // Copied and truncated; each has lines that are new.
    appendFileSync(log, lines(125, 130));
    copyFileSync(log, join(logs, 'app.log.2'));
    truncateSync(log, 0);
    appendFileSync(log, lines(130, 137));
    expect(await entriesOf(here)).toBe(12);
    // A line whose end is not written yet.
    appendFileSync(log, numbered(137).slice(0, 30));
    expect((await here.analyze({ incremental: true })).result.totals).toMatchObject({ entries: 0, midLine: 1 });
    appendFileSync(log, numbered(137).slice(30));
    expect(await entriesOf(here)).toBe(1);
  });

  test('an archive that no run has seen as a log, and one in the making of one it has', async () => {
    const here = place();
    const { log, logs } = here;
    const text = lines(0, 30_000);
    writeFileSync(log, text);
    expect(await entriesOf(here)).toBe(30_000);
    const packed = gzipSync(text, { level: 1 });
    writeFileSync(join(logs, 'app.log.gz'), packed.subarray(0, packed.length - 200));
    expect(await here.analyze({ incremental: true })).toMatchObject({
      status: 'ok',
      result: { totals: { entries: 0 } },
    });
    execFileSync('zstd', ['-q', '--rm', log]);
    expect(await entriesOf(here)).toBe(0);
    const other = join(logs, 'other.log');
    writeFileSync(other, lines(40_000, 40_500));
    execFileSync('zstd', ['-q', '--rm', other]);
    expect(await entriesOf(here)).toBe(500);
  });

  test('one look: a log and its copies are one', async () => {
    const { analyze, log, logs } = place();
    writeFileSync(log, lines(0, 50));
    copyFileSync(log, join(logs, 'app.log.1'));
    writeFileSync(join(logs, 'app.log.2.gz'), gzipSync(lines(0, 50)));
    const { result } = await analyze();
    expect(result.totals.entries).toBe(50);
    expect(result.files.map(({ state }) => state).sort()).toEqual(['analyzed', 'known', 'known']);
  });

  type Step = 'append' | 'half' | 'rename' | 'copytruncate' | 'gzip' | 'copy' | 'run';
  const step = fc.constantFrom<Step>('append', 'append', 'half', 'rename', 'copytruncate', 'gzip', 'copy', 'run');

  test('whatever rotation does between runs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const writer = createWriter(place());
        let seen = 0;
        for (const step of [...steps, 'run' as const]) {
          if (step === 'run') seen += await entriesOf(writer.here);
          else writer[step]();
        }
        writer.finish();
        expect(seen + (await entriesOf(writer.here))).toBe(writer.count());
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  /** Numbered lines, and what rotation does to them. */
  function createWriter(here: ReturnType<typeof place>) {
    const { log, logs } = here;
    let [count, rotations, half] = [0, 0, ''];
    writeFileSync(log, '');
    const finish = () => {
      appendFileSync(log, half);
      half = '';
    };
    const rotated = () => join(logs, `app.log.${++rotations}`);
    return {
      here,
      count: () => count,
      finish,
      append: () => {
        finish();
        for (let line = 0; line < 7; line++) appendFileSync(log, numbered(count++));
      },
      half: () => {
        finish();
        const line = numbered(count++);
        appendFileSync(log, line.slice(0, 20));
        half = line.slice(20);
      },
      rename: () => {
        finish();
        renameSync(log, rotated());
        writeFileSync(log, '');
      },
      copytruncate: () => {
        finish();
        copyFileSync(log, rotated());
        truncateSync(log, 0);
      },
      gzip: () => {
        const name = join(logs, `app.log.${rotations}`);
        if (rotations > 0 && !existsGz(name)) writeFileSync(`${name}.gz`, gzipSync(readFileSync(name)));
      },
      copy: () => {
        finish();
        copyFileSync(log, join(logs, 'app.log.999'));
      },
    };
  }

  function existsGz(name: string): boolean {
    try {
      return readFileSync(`${name}.gz`).length > 0;
    } catch {
      return false;
    }
  }
});

describe('bad input', () => {
  test('no directory, and an empty one, say so', async () => {
    const { env, logs } = place();
    expect((await runJson(['logs', 'analyze'], { env })).document).toMatchObject({
      status: 'warning',
      findings: [{ code: 'VOPS-LOGS-NONE' }],
    });
    rmSync(logs, { recursive: true });
    expect((await runJson(['logs', 'analyze'], { env })).document).toMatchObject({
      status: 'unknown',
      exitCode: 4,
      findings: [{ code: 'VOPS-LOGS-DIRECTORY-MISSING' }],
    });
  });

  test('an archive cut short: what is there counts, and the whole is partial', async () => {
    const { env, logs, log } = place();
    const packed = gzipSync(lines(0, 20_000));
    writeFileSync(join(logs, 'app.log.1.gz'), packed.subarray(0, packed.length / 2));
    writeFileSync(log, lines(20_000, 20_010));
    const { code, document } = await runJson(['logs', 'analyze'], { env });
    expect({ code, status: document.status }).toEqual({ code: 3, status: 'partial' });
    expect(document.findings).toMatchObject([{ code: 'VOPS-LOGS-PARTIAL', severity: 'error' }]);
    const archive = document.result.files.find(({ name }: { name: string }) => name.endsWith('.gz'));
    expect(archive.state).toBe('partial');
    expect(archive.entries).toBeGreaterThan(1_000);
    expect(document.result.totals.entries).toBe(archive.entries + 10);
  });

  test.each(['gz', 'zst'])('bytes that are no archive at all: .%s', async (extension) => {
    const { analyze, logs } = place();
    const magic = extension === 'gz' ? [0x1f, 0x8b] : [0x28, 0xb5, 0x2f, 0xfd];
    writeFileSync(join(logs, `app.log.${extension}`), Buffer.from([...magic, ...Array(100).fill(7)]));
    expect(await analyze()).toMatchObject({ status: 'failed', findings: [{ code: 'VOPS-LOGS-PARTIAL' }] });
  });

  test('zstd where there is no zstd: the rest counts', async () => {
    const { analyze, log, logs } = place({}, '/nonexistent');
    writeFileSync(join(logs, 'old.log'), lines(100, 105));
    execFileSync('zstd', ['-q', '--rm', join(logs, 'old.log')]);
    writeFileSync(log, lines(0, 5));
    const { status, result, findings } = await analyze();
    expect({ status, entries: result.totals.entries }).toEqual({ status: 'partial', entries: 5 });
    expect(findings).toMatchObject([
      { code: 'VOPS-LOGS-PARTIAL', message: expect.stringContaining('zstd is not installed') },
    ]);
  });

  test('binary content, and a line longer than a chunk', async () => {
    const { analyze, log, logs } = place();
    writeFileSync(log, `${lines(0, 100)}${'x'.repeat(3 * 2 ** 20)}\n${lines(100, 200)}`);
    writeFileSync(join(logs, 'core.log'), Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 256)));
    const { status, result, findings } = await analyze();
    expect(result.files.find(({ name }) => name === 'app.log')).toMatchObject({
      entries: 200,
      unrecognized: 1,
      lines: 201,
    });
    expect(result.totals.tooLong).toBe(1);
    expect(status).toBe('partial');
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual(
      expect.arrayContaining([
        ['VOPS-LOGS-UNRECOGNIZED', 'error'],
        ['VOPS-LOGS-UNRECOGNIZED', 'info'],
      ]),
    );
    for (const { line } of result.samples) expect(line.length).toBeLessThanOrEqual(200);
  });

  test('a number that is no time: the entry has none, and the rest counts', async () => {
    const { analyze, log, env } = place();
    const wild = [1e300, -1e300, 8.64e15, -8.64e15, 8.64e15 + 1, 1e16, -1];
    writeFileSync(log, wild.map((time) => json({ time, level: 'error', message: 'wild' })).join('') + lines(0, 3));
    const { result } = await analyze();
    expect(result.totals).toMatchObject({ entries: wild.length + 3, undated: wild.length });
    expect(result).toMatchObject({ firstEntry: NOW.toISOString(), hours: [{ entries: 3 }] });
    const { code, stdout } = await run(['logs', 'tail', '--no-follow', '-o', 'ndjson'], { env });
    expect(code).toBe(0);
    expect(stdout.match(/"time"/g)).toHaveLength(3);
  });

  test('a directory that a group may change, as Debian has one for PostgreSQL, is read by root, too', async () => {
    const { env, logs, log } = place();
    writeFileSync(log, lines(0, 3));
    if (process.getuid?.() === 0) chownSync(logs, 0, 65_534);
    chmodSync(logs, 0o1775);
    const { code, document } = await runJson(['logs', 'analyze'], { env });
    expect({ code, entries: document.result.totals.entries }).toEqual({ code: 0, entries: 3 });
    const { code: tailed, stdout } = await run(['logs', 'tail', '--no-follow'], { env });
    expect({ tailed, lines: stdout.match(/line/g)?.length }).toEqual({ tailed: 0, lines: 3 });
  });

  test('what is no regular file is left alone', async () => {
    const { analyze, log, logs } = place();
    writeFileSync(log, lines(0, 3));
    execFileSync('mkfifo', [join(logs, 'pipe.log')]);
    symlinkSync('/etc/passwd', join(logs, 'link.log'));
    mkdirSync(join(logs, 'dir.log'));
    expect((await analyze()).result.files.map(({ name }) => name)).toEqual(['app.log']);
  });

  test('half a JSON line at the end is still being written; a whole one without its end is one', async () => {
    const { analyze, log } = place();
    writeFileSync(log, `${lines(0, 3)}{"level":"err`);
    expect((await analyze()).result.totals).toMatchObject({ entries: 3, midLine: 1, unrecognized: 0 });
    writeFileSync(log, `${lines(0, 3)}${numbered(3).trimEnd()}`);
    expect((await analyze()).result.totals).toMatchObject({ entries: 4, midLine: 0 });
  });
});

describe('workers', () => {
  test('count as one thread does', async () => {
    const options = { zone: 'UTC', since: Number.NEGATIVE_INFINITY };
    const text = Buffer.from(lines(0, 5_000) + json({ level: 'error', message: 'x 1' }));
    const tallies = [];
    for (const workers of [0, 2]) {
      const lanes = createLanes(options, workers);
      for (let chunk = 0; chunk < 6; chunk++) {
        const buffer = await lanes.take();
        buffer.set(text);
        void lanes.analyze(buffer, text.length);
      }
      tallies.push(await lanes.finish());
      await lanes.stop();
    }
    const [alone, together] = tallies;
    expect(together?.levels).toEqual(alone?.levels);
    expect(together?.levels[1]).toBe(6);
    expect(together?.quarters).toEqual(alone?.quarters);
  });

  test('a log of 30 MB, in chunks', async () => {
    const { analyze, log } = place();
    writeFileSync(log, lines(0, 300_000));
    expect((await analyze()).result.totals).toMatchObject({ lines: 300_000, entries: 300_000, unrecognized: 0 });
  });

  test('end with the signal', async () => {
    const { log, root } = place();
    writeFileSync(log, lines(0, 300_000));
    const controller = new AbortController();
    const context = testContext({
      configFlags: { config: join(root, 'config.json') },
      signal: controller.signal,
      env: { HOME: root },
    });
    const work = analyzeLogs(context, AnalyzeFlags.parse({}));
    setTimeout(() => controller.abort(new Error('stopped')), 30);
    await expect(work).rejects.toThrow();
  });
});

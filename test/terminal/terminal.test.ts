import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Document } from '../../src/lib/document.js';
import { formatBytes, formatDuration } from '../../src/lib/measures.js';
import type { Status } from '../../src/lib/status.js';
import { escapeText } from '../../src/lib/terminal/escape.js';
import { FORMATS } from '../../src/lib/terminal/formats.js';
import { createOutput, wantsColor } from '../../src/lib/terminal/io.js';
import { createTheme } from '../../src/lib/terminal/theme.js';
import { widthOf } from '../../src/lib/terminal/width.js';

describe('text from outside', () => {
  test.each([
    ['\u001b[31mred', '\\x1b[31mred'],
    ['\u001b]52;c;cm0=\u0007', '\\x1b]52;c;cm0=\\x07'],
    ['a\rb\nc\td', 'a\\rb\\nc\\td'],
    ['user\u202egpj.exe', 'user\\u202egpj.exe'],
    ['\u009b31m', '\\x9b31m'],
    ['Grüße, 東京, 👍', 'Grüße, 東京, 👍'],
  ])('%j is shown as %j', (raw, shown) => {
    expect(escapeText(raw)).toBe(shown);
  });

  test('whatever it is, no control character is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
      }),
    );
  });
});

describe('colour', () => {
  test.each<[string, boolean | undefined, Record<string, string>, boolean, boolean]>([
    ['terminal', undefined, {}, true, true],
    ['pipe', undefined, {}, false, false],
    ['dumb terminal', undefined, { TERM: 'dumb' }, true, false],
    ['NO_COLOR', undefined, { NO_COLOR: '1' }, true, false],
    ['empty NO_COLOR is none', undefined, { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR', undefined, { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0', undefined, { FORCE_COLOR: '0' }, true, false],
    ['CLICOLOR_FORCE', undefined, { CLICOLOR_FORCE: '1' }, false, true],
    ['NO_COLOR over FORCE_COLOR', undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['--no-color over FORCE_COLOR', false, { FORCE_COLOR: '1' }, true, false],
    ['--color over NO_COLOR', true, { NO_COLOR: '1' }, false, true],
  ])('%s', (_, flag, env, isTerminal, expected) => {
    expect(wantsColor({ flag, env, isTerminal })).toBe(expected);
  });
});

describe('values', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [853_000_000, '853.0 MB'],
    [2.5e12, '2.5 TB'],
  ])('%d bytes', (bytes, shown) => {
    expect(formatBytes(bytes)).toBe(shown);
  });

  test.each([
    [0.412, '0.41 ms'],
    [41.2, '41 ms'],
    [4100, '4.1 s'],
    [125_000, '2 min 5 s'],
    [11_400_000, '3 h 10 min'],
    [446_400_000, '5 d 4 h'],
    [60_000, '1 min'],
  ])('%d ms', (milliseconds, shown) => {
    expect(formatDuration(milliseconds)).toBe(shown);
  });

  test('a table: tabs for programs, columns for mail, the last column cut on a narrow terminal', async () => {
    const draw = async (layout: 'tabs' | 'aligned' | 'terminal') =>
      (await createTheme({ color: false, layout, columns: 24 })).table(
        ['name', 'text'],
        [
          ['a', 'x'.repeat(40)],
          ['long name', null],
        ],
      );
    expect(await draw('tabs')).toBe(`a\t${'x'.repeat(40)}\nlong name\t–`);
    expect(await draw('aligned')).toBe(`NAME       TEXT\na          ${'x'.repeat(40)}\nlong name  –`);
    const lines = (await draw('terminal')).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(24);
    expect(lines.join()).toContain('…');
  });
});

test.each(['tabs', 'aligned', 'terminal'] as const)(
  'a table without rows is no text, whatever the layout: %s',
  async (layout) => {
    const { table } = await createTheme({ color: true, layout, columns: 80 });
    expect(table(['severity', 'alert'], [])).toBe('');
  },
);

test('a table of wide characters and of marks that take no room: nothing is cut, columns stay below each other', async () => {
  const rows = [
    ['⚽-live', '東京', 'one'],
    ['plain', 'web', 'two'],
    ['cafe\u0301', 'é', 'three'],
  ];
  for (const layout of ['terminal', 'aligned'] as const) {
    const lines = (await createTheme({ color: false, layout, columns: 80 }))
      .table(['flag', 'owner', 'what'], rows)
      .split('\n');
    const begins = lines.map((line) => widthOf(line.slice(0, line.search(/WHAT|one|two|three/))));
    expect(new Set(begins).size).toBe(1);
    for (const [index, cells] of rows.entries()) for (const cell of cells) expect(lines[index + 1]).toContain(cell);
  }
});

describe('a stream that cannot be written', () => {
  const broken = (code: string) =>
    new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });

  test('a full disk is a failure', async () => {
    const output = createOutput(broken('ENOSPC'), 'stdout');
    await output.write('x');
    await output.write('y');
    expect(output.failure()).toMatchObject({ code: 'VOPS-OUTPUT', message: 'cannot write to stdout (ENOSPC)' });
  });

  test('a reader that left is not', async () => {
    const output = createOutput(broken('EPIPE'), 'stdout');
    await output.write('x');
    expect(output.failure()).toBeUndefined();
  });

  test('a slow reader gets every byte', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const output = createOutput(stream, 'stdout');
    const written = output.write('x'.repeat(200_000)).then(() => stream.end());
    let length = 0;
    for await (const chunk of stream) length += chunk.length;
    await written;
    expect(length).toBe(200_000);
  });
});

describe('formats for other programs', () => {
  const document = (status: Status, exitCode: number, message = 'a'): Document => ({
    schemaVersion: 1,
    command: 'health',
    version: '1.0.0',
    host: 'h',
    environment: 'default',
    startedAt: '2026-11-23T03:00:00.000Z',
    durationMs: 412,
    status,
    exitCode,
    findings: status === 'ok' ? [] : [{ code: 'VOPS-X', severity: 'error', message }],
  });

  test.each<[Status, number, string, number]>([
    ['ok', 0, 'OK', 0],
    ['warning', 0, 'WARNING', 1],
    ['failed', 1, 'CRITICAL', 2],
    ['unknown', 4, 'CRITICAL', 2],
    ['failed', 2, 'UNKNOWN', 3],
    ['failed', 70, 'UNKNOWN', 3],
    ['failed', 75, 'UNKNOWN', 3],
  ])('nagios: %s with exit %d is %s', (status, exitCode, word, expected) => {
    const { text, exitCode: nagios } = FORMATS.nagios(document(status, exitCode), 'all | well');
    expect(nagios).toBe(expected);
    expect(text).toMatch(new RegExp(`^HEALTH ${word} - all / well \\| time=0.412s errors=\\d warnings=\\d$`));
  });

  test('github: a value cannot begin a command of its own', () => {
    const { text } = FORMATS.github(document('failed', 1, '50%\n::error::forged'), 's');
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('::error title=viktoria-ops health VOPS-X::50%25\\n::error::forged');
  });
});

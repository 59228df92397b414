import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Cursor, readNumber } from '../../src/lib/capacity/import/cursor.js';
import { dayOfNumber, dayOfText } from '../../src/lib/capacity/import/day.js';
import { importHistory } from '../../src/lib/capacity/import/index.js';
import { createJsonLines } from '../../src/lib/capacity/import/json-lines.js';
import { createRows } from '../../src/lib/capacity/import/rows.js';
import { temporaryDirectory } from '../support/run.js';

const directory = temporaryDirectory();
let made = 0;
const fileOf = (content: string | Uint8Array) => {
  const path = join(directory, `${++made}.data`);
  writeFileSync(path, content);
  return path;
};
const read = (path: string, limit: number | null = null) =>
  importHistory({ path, limit, signal: new AbortController().signal });
const readText = (text: string) => read(fileOf(text));
/** Series → date → value. */
async function daysIn(text: string): Promise<Record<string, Record<string, number>>> {
  const { histories } = await readText(text);
  const dateOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
  return Object.fromEntries(
    histories.map(({ resource, days }) => [
      resource,
      Object.fromEntries(days.map(({ day, value }) => [dateOf(day), value])),
    ]),
  );
}

const WANTED = { disk: { '2026-11-01': 1.5, '2026-11-02': 2 }, 'memory used': { '2026-11-01': -3, '2026-11-02': 4e5 } };

describe('forms', () => {
  test.each([
    [
      'JSON, a line a time',
      '{"at":"2026-11-01T03:00:00Z","disk":1.5,"memory used":-3}\n{"at":"2026-11-02T03:00:00Z","disk":2,"memory used":4e5}\n',
    ],
    [
      'JSON, a line a figure',
      `${[
        ['2026-11-01', 'disk', 1.5],
        ['2026-11-01', 'memory used', -3],
        ['2026-11-02', 'disk', 2],
        ['2026-11-02', 'memory used', 4e5],
      ]
        .map(([time, metric, value]) => JSON.stringify({ host: 'a', port: 1, time, metric, value }))
        .join('\n')}`,
    ],
    [
      'JSON with spaces, escapes, nested parts, CRLF, no end',
      '{ "timestamp" : "2026-11-01 03:00" , "disk" : 1.5, "memory\\u0020used": -3 }\r\n\n{"t":1793588400,"disk":2,"more":{"x":[1]},"memory used":400000}',
    ],
    ['CSV', 'time,disk,memory used\n2026-11-01T03:00:00Z,1.5,-3\n2026-11-02T03:00:00Z,2,4e5\n'],
    ['CSV, quoted, semicolons, CRLF', '"Date";"disk";"memory used"\r\n"2026-11-01";"1.5";"-3"\r\n2026-11-02;2;4E5\r\n'],
    [
      'CSV with a mark, tabs, an unnamed time',
      '\uFEFFday\tdisk\tmemory used\n1793502000000\t1.5\t-3\n1793588400\t2\t4e5',
    ],
    [
      'CSV, a line a figure',
      'at,metric,value\n2026-11-01,disk,1.5\n2026-11-01,memory used,-3\n2026-11-02,disk,2\n2026-11-02,memory used,4e5',
    ],
  ])('%s', async (_, text) => {
    expect(await daysIn(text)).toEqual(WANTED);
  });

  test('the limit is that of every series', async () => {
    const { histories } = await read(fileOf('time,a,b\n2026-11-01,1,2'), 500);
    expect(histories.map(({ limit }) => limit)).toEqual([500, 500]);
  });

  test('figures that are none are left out; the rest of the line counts', async () => {
    expect(await daysIn('time,a,b\n2026-11-01,NaN,2\n2026-11-02,,3\n2026-11-03,1x,4')).toEqual({
      b: { '2026-11-01': 2, '2026-11-02': 3, '2026-11-03': 4 },
    });
    expect(await daysIn('{"at":"2026-11-01","a":null,"b":2,"c":true,"d":"7"}')).toEqual({ b: { '2026-11-01': 2 } });
  });
});

describe('bad input', () => {
  test.each([
    ['empty', ''],
    ['only a head', 'time,disk\n'],
    ['binary', createHash('sha512').update('x').digest()],
    ['no times', 'a,b\n1e99,2\nx,4\n'],
    ['a list', '[1,2,3]\n'],
  ])('%s: there is no sample', async (_, content) => {
    await expect(read(fileOf(content))).rejects.toMatchObject({ code: 'VOPS-USAGE' });
  });

  test('lines that are none are counted', async () => {
    const { histories, findings } = await readText(
      '{"at":"2026-11-01","a":1}\n{"at":"2026-11-02","a":\nnoise\n{"a":5}\n{"at":"2026-02-31x","a":1}\n{"at":"2026-11-02","a":2}\n{"at":"20',
    );
    expect(histories[0]?.days).toHaveLength(2);
    expect(findings).toMatchObject([{ code: 'VOPS-CAPACITY-BAD-LINES', message: expect.stringContaining('5 of 7') }]);
  });

  test('a line of hundreds of megabytes is passed over', async () => {
    const path = fileOf('{"at":"2026-11-01","a":1}\n{"at":"2026-11-01","a":"');
    truncateSync(path, 300_000_000);
    appendFileSync(path, '"}\n{"at":"2026-11-02","a":2}\n');
    const { histories, findings } = await read(path);
    expect(histories[0]?.days).toHaveLength(2);
    expect(findings[0]?.message).toContain('1 of 3');
  });

  test('more series than a person could look at', async () => {
    const names = Array.from({ length: 1_001 }, (_, i) => `"s${i}":1`);
    await expect(readText(`{"at":"2026-11-01",${names.join()}}`)).rejects.toMatchObject({ code: 'VOPS-USAGE' });
  });

  test.each([
    ['a directory', () => directory],
    ['nothing there', () => join(directory, 'absent')],
    [
      'a pipe nobody writes to',
      () => {
        const path = join(directory, 'pipe');
        execFileSync('mkfifo', [path]);
        return path;
      },
    ],
  ])('%s', async (_, path) => {
    await expect(read(path())).rejects.toMatchObject({ code: 'VOPS-FILE' });
  });

  test('names are no way into an object', async () => {
    expect(await daysIn('{"at":"2026-11-01","__proto__":1,"constructor":2}')).toEqual(
      Object.fromEntries([
        ['__proto__', { '2026-11-01': 1 }],
        ['constructor', { '2026-11-01': 2 }],
      ]),
    );
  });

  test('an abort ends it', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const path = fileOf('{"at":"2026-11-01","a":1}\n');
    await expect(importHistory({ path, limit: null, signal: controller.signal })).rejects.toThrow('enough');
  });
});

test.each([
  ['2026-11-01', '2026-11-01'],
  ['2026-11-01T23:30:00Z', '2026-11-01'],
  ['2026-11-01T23:30:00', '2026-11-01'],
  ['2026-11-01 23:30:00.123', '2026-11-01'],
  ['2026-11-01T23:30:00-02:00', '2026-11-02'],
  ['2026-03-29T00:30:00+02:00', '2026-03-28'],
  ['1793574000', '2026-11-01'],
])('the day of %s', (text, date) => {
  expect(dayOfText(text)).toBe(Date.parse(date) / 86_400_000);
});

test.each(['', 'yesterday', '2026-13-01', '2026-11-01T25:00Z', '12/31/2026', '-5', '9e15'])('%p is no time', (text) => {
  expect(dayOfText(text)).toBeNaN();
});

test('seconds and milliseconds are told apart', () => {
  expect(dayOfNumber(1_793_574_000)).toBe(dayOfNumber(1_793_574_000_000));
});

describe('properties', () => {
  const isNear = (value: number, exact: number) => Math.abs(value - exact) <= Math.abs(exact) * 1e-14 + 1e-280;
  const cursorOver = (text: string): Cursor => ({ bytes: Buffer.from(text), at: 0, end: Buffer.byteLength(text) });

  test('a number is what JSON.parse makes of it, to the 15th digit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 }), (number) => {
        const text = JSON.stringify(number);
        const cursor = cursorOver(text);
        const value = readNumber(cursor);
        expect(cursor.at).toBe(text.length);
        expect(isNear(value, number)).toBe(true);
      }),
    );
  });

  test.each(['', '-', '.', 'x', '+1', 'e5', '-x'])('%p is none', (text) => {
    const cursor = cursorOver(text);
    expect(readNumber(cursor)).toBeNaN();
    expect(cursor.at).toBe(0);
  });

  test('a line read from its bytes gives what one read by JSON.parse gives', () => {
    const key = fc
      .string({ maxLength: 8 })
      .filter((name) => !/^(at|time|timestamp|date|ts|t|metric|series|resource|name)$/i.test(name.trim()));
    const figure = fc.oneof(
      fc.integer(),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.dictionary(key, figure), fc.boolean(), (members, isSlow) => {
        const object = { at: '2026-11-01T03:00:00Z', ...members };
        const rows = [createRows(), createRows()] as const;
        const fast = Buffer.from(JSON.stringify(object));
        // A nested member takes the slow way.
        const slow = Buffer.from(JSON.stringify({ ...object, 'not a figure': isSlow ? [] : {} }));
        const taken = [createJsonLines(rows[0])(fast, 0, fast.length), createJsonLines(rows[1])(slow, 0, slow.length)];
        expect(taken[0]).toBe(taken[1]);
        const byName = (of: (typeof rows)[number]) =>
          of.histories(null).sort((one, other) => (one.resource < other.resource ? -1 : 1));
        const [one, other] = [byName(rows[0]), byName(rows[1])];
        expect(one.map(({ resource }) => resource)).toEqual(other.map(({ resource }) => resource));
        for (const [index, { days }] of one.entries()) {
          expect(isNear(Number(days[0]?.value), Number(other[index]?.days[0]?.value))).toBe(true);
        }
      }),
    );
  });

  test('no bytes break it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const bytes = Buffer.concat([Buffer.from('{"at":'), noise]);
        expect(typeof createJsonLines(createRows())(bytes, 0, bytes.length)).toBe('boolean');
      }),
    );
  });
});

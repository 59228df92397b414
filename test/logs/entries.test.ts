import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJsonEntry } from '../../src/lib/logs/entries/json-entry.js';
import { JsonLine } from '../../src/lib/logs/entries/json-line.js';
import { FIELDS } from '../../src/lib/logs/entries/json-scanner.js';
import { UNUSUAL } from '../../src/lib/logs/entries/json-tokens.js';
import { LEVELS, levelOf, levelOfNumber, rankOf } from '../../src/lib/logs/entries/levels.js';
import { parseEntry } from '../../src/lib/logs/entries/parse-entry.js';
import { requestOf, routeOf } from '../../src/lib/logs/entries/request.js';
import { TimeReader } from '../../src/lib/logs/entries/time-reader.js';
import { createZone } from '../../src/lib/logs/entries/zone.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const berlin = createZone('Europe/Berlin');
const OPEN_BRACE = 0x7b;

function read(line: string, zone = berlin) {
  const bytes = bytesOf(`${line}\n`);
  return parseEntry(bytes, { start: 0, end: bytes.length - 1 }, new TimeReader(zone));
}

describe('times', () => {
  const timeOf = (text: string) => {
    const times = new TimeReader(berlin);
    return times.read(bytesOf(`${text}\n`), 0) ? new Date(times.time).toISOString() : undefined;
  };

  test.each([
    ['2026-11-23T03:00:00.123Z', '2026-11-23T03:00:00.123Z'],
    ['2026-11-23T03:00:00.123456Z', '2026-11-23T03:00:00.123Z'],
    ['2026-11-23T03:00:00,5Z', '2026-11-23T03:00:00.500Z'],
    ['2026-11-23T03:00:00+02:00', '2026-11-23T01:00:00.000Z'],
    ['2026-11-23 03:00:00-0330', '2026-11-23T06:30:00.000Z'],
    ['2026-11-23 03:00:00+02', '2026-11-23T01:00:00.000Z'],
    ['2026-11-23 03:00:00.120 UTC', '2026-11-23T03:00:00.120Z'],
    ['2026-11-23 03:00:00.120 CET', '2026-11-23T02:00:00.120Z'],
    ['2026-11-23 03:00:00.120 -03', '2026-11-23T06:00:00.120Z'],
    ['2026-11-23 03:00:00.120 +0545 [4711] LOG:  x', '2026-11-22T21:15:00.120Z'],
    ['2026-11-23 03:00:00 -12days', '2026-11-23T02:00:00.000Z'],
    ['2026-07-23 03:00:00.120 CEST', '2026-07-23T01:00:00.120Z'],
    ['2026-11-23 03:00 ERROR', '2026-11-23T02:00:00.000Z'],
    ['2026-07-23 03:00:00', '2026-07-23T01:00:00.000Z'],
    ['2026-13-23 03:00:00', undefined],
    ['2026-11-23 24:00:00', undefined],
    ['2026-11-23', undefined],
    ['20261123T030000Z', undefined],
    ['', undefined],
  ])('%s is %s', (text, time) => {
    expect(timeOf(text)).toBe(time);
  });

  test('one after the other, of whatever minute and zone', () => {
    const zone = fc.constantFrom('Z', '+02:00', '-0930', ' UTC');
    const moment = fc.record({
      time: fc.date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true }),
      zone,
    });
    const times = new TimeReader(berlin);
    const offsets: Record<string, number> = { Z: 0, '+02:00': 120, '-0930': -570, ' UTC': 0 };
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1 }), (moments) => {
        for (const { time, zone } of moments) {
          const local = new Date(time.getTime() + (offsets[zone] ?? 0) * 60_000).toISOString().slice(0, -1);
          expect(times.read(bytesOf(`${local}${zone}\n`), 0)).toBe(true);
          expect(times.time).toBe(time.getTime());
        }
      }),
    );
  });

  test('a line of zeros has none, though nothing was read before', () => {
    expect(new TimeReader(berlin).read(new Uint8Array(64), 0)).toBe(false);
  });
});

describe('zones', () => {
  const iso = (time: number) => new Date(time).toISOString();
  const local = (text: string) => Date.parse(`${text}Z`);

  test.each([
    ['before the clock goes back', '2026-10-25T01:59:59', '2026-10-24T23:59:59.000Z'],
    ['the hour that comes twice is the first', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
    ['after it', '2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z'],
    ['the hour that is skipped', '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    ['after that', '2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z'],
  ])('%s', (_, clock, time) => {
    expect(iso(berlin.toUtc(local(clock)))).toBe(time);
  });

  test('a host whose zone the calendar does not know has UTC, by name and by offset', () => {
    const zone = new URL('../../src/lib/logs/entries/zone.js', import.meta.url).href;
    const script = `const zone = (await import('${zone}')).createZone(); console.log(zone.name, zone.offsetAt(0));`;
    const options = { env: { ...process.env, TZ: ':/etc/localtime' }, encoding: 'utf8' } as const;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], options)).toBe('UTC 0\n');
  });

  test.each(['Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'])(
    '%s: there and back, but for the hour that comes twice',
    (name) => {
      const zone = createZone(name);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 4e9 }), (seconds) => {
          const time = seconds * 1000;
          const back = zone.toUtc(time + zone.offsetAt(time));
          expect([0, 1_800_000, 3_600_000]).toContain(time - back);
        }),
      );
    },
  );
});

describe('formats', () => {
  test.each([
    [
      'winston',
      '{"level":"error","message":"no team\\nsecond line","stack":"Error: no team","timestamp":"2026-11-23T03:00:00.000Z"}',
      {
        format: 'json',
        level: 'error',
        message: 'no team',
        time: Date.parse('2026-11-23T03:00:00Z'),
        stack: 'Error: no team',
      },
    ],
    [
      'winston with colours',
      '{"level":"\\u001b[31merror\\u001b[39m","message":"x","timestamp":"2026-11-23 03:00:00.000"}',
      { level: 'error', time: Date.parse('2026-11-23T02:00:00Z') },
    ],
    [
      'pino',
      '{"level":50,"time":1795402800123,"pid":1,"msg":"boom"}',
      { level: 'error', time: 1_795_402_800_123, message: 'boom' },
    ],
    [
      'pino with an error',
      '{"level":60,"time":1795402800,"err":{"message":"bad","stack":"Error: bad"}}',
      { level: 'fatal', time: 1_795_402_800_000, message: 'bad', stack: 'Error: bad' },
    ],
    [
      'pino-http',
      '{"level":30,"time":1,"req":{"method":"GET","url":"/api/teams?a=1"},"res":{"statusCode":200},"responseTime":12.5,"msg":"request completed"}',
      { request: { method: 'GET', path: '/api/teams', durationMs: 12.5, status: 200 } },
    ],
    [
      'a hook',
      '{"level":"info","message":"hook executed","contentType":"api::team.team","operation":"beforeUpdate","executionTime":12.25}',
      { contentType: 'api::team.team', operation: 'beforeUpdate', durationMs: 12.25 },
    ],
    [
      'Strapi',
      '[2026-11-23 03:00:00.123] \u001b[31merror\u001b[39m: no season "2026"',
      { format: 'strapi', level: 'error', message: 'no season "2026"', time: Date.parse('2026-11-23T02:00:00.123Z') },
    ],
    [
      'a request in Strapi’s console',
      '[2026-11-23 03:00:00.123] http: GET /api/teams/7?populate=* (12 ms) 200',
      {
        format: 'strapi',
        level: 'http',
        request: { method: 'GET', path: '/api/teams/7', durationMs: 12, status: 200 },
      },
    ],
    [
      'PostgreSQL, prefix of Debian',
      '2026-11-23 03:00:00.123 CET [4711] strapi@viktoria ERROR:  duplicate key value violates unique constraint "x"',
      { format: 'postgres', level: 'error', message: 'duplicate key value violates unique constraint "x"' },
    ],
    [
      'PostgreSQL, default prefix',
      '2026-11-23 03:00:00.123 UTC [4711] LOG:  checkpoint starting: time',
      { format: 'postgres', level: 'info' },
    ],
    [
      'PostgreSQL, what explains',
      '2026-11-23 03:00:00.123 UTC [4711] DETAIL:  Key (id)=(1) already exists.',
      { isAttached: true },
    ],
    [
      'csvlog',
      '2026-11-23 03:00:00.123 UTC,"strapi","viktoria",47,"127.0.0.1:5000",65.1,3,"INSERT",2026-11-23 02:00:00 UTC,3/4,0,ERROR,23505,"duplicate ""key"", again","Key exists",',
      { format: 'csvlog', level: 'error', message: 'duplicate "key", again' },
    ],
    [
      'csvlog whose message goes on',
      '2026-11-23 03:00:00.123 UTC,,,47,,65.1,3,"",2026-11-23 02:00:00 UTC,,0,FATAL,57P01,"terminating',
      { format: 'csvlog', level: 'fatal', message: 'terminating' },
    ],
    [
      'text with a level',
      '2026-11-23T03:00:00Z [main] WARN  disk is nearly full',
      { format: 'text', level: 'warn', message: 'disk is nearly full' },
    ],
    [
      'text with a bracketed level',
      '[2026-11-23T03:00:00Z] [error] it broke',
      { format: 'text', level: 'error', message: 'it broke' },
    ],
    [
      'text without a level',
      '2026-11-23T03:00:00Z an error is no level here',
      { format: 'text', level: 'none', message: 'an error is no level here' },
    ],
    ['with a byte order mark', '\ufeff{"level":"warn","message":"x"}', { format: 'json', level: 'warn' }],
  ])('%s', (_, line, entry) => {
    expect(read(line)).toMatchObject(entry);
  });

  test.each([
    '    at update (/srv/app/x.js:1:2)',
    'Error: boom',
    '{"level":"info"',
    '[1,2]',
    '',
    '\u0000\u0000',
    '{"a":1} trailing',
  ])('no entry: %s', (line) => {
    expect(read(line)).toBeUndefined();
  });
});

test('levels', () => {
  expect(['PANIC', 'Warning', '\u001b[33mwarn\u001b[39m', 'silly', 'whatever'].map(levelOf)).toEqual([
    'fatal',
    'warn',
    'warn',
    'trace',
    'none',
  ]);
  // What every object has is no name of a level.
  expect(['__proto__', 'constructor', 'toString'].map(levelOf)).toEqual(['none', 'none', 'none']);
  expect([70, 50, 35, 9].map(levelOfNumber)).toEqual(['fatal', 'error', 'info', 'none']);
  expect(rankOf('fatal')).toBeLessThan(rankOf('error'));
});

describe('requests', () => {
  test.each([
    ['GET /api/teams (3 ms) 204', { method: 'GET', path: '/api/teams', durationMs: 3, status: 204 }],
    ['DELETE /api/teams/x?y=(1 ms) 1 (3.5 ms) 500', undefined],
    ['GET api/teams (3 ms) 200', undefined],
    ['GOT it (3 ms) 200', undefined],
  ])('%s', (message, request) => {
    expect(requestOf(message)).toEqual(request);
  });

  test.each([
    ['/api/teams/41/players', '/api/teams/:id/players'],
    ['/api/teams/znrlzntu9ei5onjvwfaalu2v', '/api/teams/:id'],
    ['/api/teams/0b0e7e0c-5a4f-4b57-9d0e-111111111111', '/api/teams/:id'],
    ['/content-manager/collection-types/api::team.team', '/content-manager/collection-types/api::team.team'],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toBe(route);
  });
});

describe('the fast reader of JSON is right where it reads at all', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'error',
      'warn',
      'GET /api/teams/1 (3 ms) 200',
      '2026-11-23T03:00:00.000Z',
      '2026-11-23 03:00:00',
      'a\nb',
      '"',
      '\\',
      '\u001b[31merror',
    ),
  );
  const value = fc.oneof(
    { weight: 4, arbitrary: text },
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.nat(),
    fc.jsonValue(),
  );
  const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), value), { maxLength: 12 });
  const blank = fc.constantFrom('', '', '', ' ', '\t', '  ');

  /** With keys twice, which objects cannot have, and blanks where they may be. */
  const line = fc.tuple(pairs, blank, blank).map(([all, before, after]) => {
    const members = all.map(
      ([key, item]) => `${before}${JSON.stringify(key)}${after}:${before}${JSON.stringify(item)}${after}`,
    );
    return `{${members.join(',')}${before}}`;
  });

  function readFast(reader: JsonLine, bytes: Uint8Array) {
    if (reader.read(bytes, 0) === UNUSUAL) return undefined;
    const { time, rank, hook, durationMs } = reader;
    return { time, level: LEVELS[rank], hook, durationMs, message: reader.message(bytes) };
  }

  function readSlowly(json: string) {
    const entry = parseJsonEntry(json, new TimeReader(berlin));
    if (entry === undefined) return undefined;
    const { time, level, contentType, operation, durationMs = Number.NaN, message } = entry;
    const hook = contentType !== undefined && operation !== undefined ? `${contentType} ${operation}` : '';
    return { time, level, hook, durationMs, message };
  }

  test('random documents', () => {
    const reader = new JsonLine(new TimeReader(berlin));
    let [fast, all] = [0, 0];
    fc.assert(
      fc.property(line, (json) => {
        for (let time = 0; time < 2; time++) {
          const read = readFast(reader, bytesOf(`${json}\n`));
          all++;
          if (read === undefined) continue;
          fast++;
          expect(read).toEqual(readSlowly(json));
        }
      }),
      { numRuns: 1_000 },
    );
    expect(fast / all).toBeGreaterThan(0.4);
  });

  test('documents with a fault are not taken for others', () => {
    const reader = new JsonLine(new TimeReader(berlin));
    const faulty = fc.tuple(line, fc.nat(), fc.constantFrom(...Buffer.from('"{},:\\0e-+ .]t'), 1, 0xff));
    fc.assert(
      fc.property(faulty, ([json, at, byte]) => {
        const bytes = Buffer.from(`${json}\n`);
        bytes[at % (bytes.length - 1)] = byte;
        if (bytes[0] !== OPEN_BRACE) return;
        const read = readFast(reader, bytes);
        if (read !== undefined) expect(read).toEqual(readSlowly(bytes.toString('utf8')));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    '{"a":01}',
    '{"a":1.}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":tru}',
    '{"a":"\\x"}',
    '{"a":"\\u00g0"}',
    '{"a":1,}',
    '{,}',
    '{"a"}',
    `{"a":${'['.repeat(1e5)}`,
  ])('refused, example %#', (json) => {
    expect(readFast(new JsonLine(new TimeReader(berlin)), bytesOf(`${json}\n`))).toBeUndefined();
  });
});

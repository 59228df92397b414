import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor } from '../src/lib/redact.js';
import { parseDuration, parseSize } from '../src/lib/units.js';

describe('secrets', () => {
  test('in no form whatever text surrounds them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 30 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!/^[*\s]+$/.test(secret) && !`${before}${after}`.includes(secret));
        const redactor = createRedactor();
        redactor.add(secret);
        for (const form of [
          secret,
          encodeURIComponent(secret),
          Buffer.from(secret).toString('base64'),
          JSON.stringify(secret),
        ]) {
          const shown = redactor.text(`${before}${form}${after}`);
          expect(shown).not.toContain(secret);
        }
      }),
    );
  });

  test('one that another one begins with, or holds, leaves no rest', () => {
    const redactor = createRedactor();
    for (const secret of ['hunter22', 'hunter22-of-production', 'my-hunter22-too']) redactor.add(secret);
    expect(redactor.text('a hunter22-of-production b my-hunter22-too c hunter22')).toBe('a *** b *** c ***');
  });

  test.each([
    ['postgres://strapi:hunter22@db/x', 'postgres://strapi:***@db/x'],
    ['postgres://strapi:hunter@22@db/x of a@b', 'postgres://strapi:***@db/x of a@b'],
    ['DATABASE_PASSWORD=hunter22 JWT_SECRET=abc', 'DATABASE_PASSWORD=*** JWT_SECRET=***'],
    ['PGPASSWORD=hunter22 psql', 'PGPASSWORD=*** psql'],
    [`https://db/?api_token=\${env:TOKEN}`, `https://db/?api_token=\${env:TOKEN}`],
    ['GET /x?token=abc123&y=1', 'GET /x?token=***&y=1'],
    ['password=hunter22 host=db', 'password=*** host=db'],
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer ***'],
    ['/cb?access_token=abc123&client_secret=x', '/cb?access_token=***&client_secret=***'],
    ['ADMIN_JWT_SECRET=s3cr3t PGPASSWORD=hunter2', 'ADMIN_JWT_SECRET=*** PGPASSWORD=***'],
    ['x-api-key=abc123', 'x-api-key=***'],
    ['answered {"password": "hunter2","refreshToken":"a\\"b"}', 'answered {"password": "***","refreshToken":"***"}'],
    ['cut off {"token":"abc123', 'cut off {"token":"***"'],
    ['-DB_PASSWORD=***3f2a', '-DB_PASSWORD=***3f2a'],
    ['max_tokens=100 {"token":null,"tokens":"3"}', 'max_tokens=100 {"token":null,"tokens":"3"}'],
  ])('unregistered: %s', (text, shown) => {
    expect(createRedactor().text(text)).toBe(shown);
  });

  test('plain data keeps its shape', () => {
    const redactor = createRedactor();
    redactor.add('hunter22');
    expect(redactor.data({ a: ['hunter22', 1, null], hunter22: { b: true } })).toEqual({
      a: ['***', 1, null],
      '***': { b: true },
    });
  });
});

test.each([['a'], ['a1'], ['://'], ['a:'], ['bearer '], ['a_'], ['"'], ['"a'], ['token']])(
  'a megabyte of %j costs no minutes',
  (part) => {
    const start = performance.now();
    createRedactor().text(part.repeat(1_000_000 / part.length));
    expect(performance.now() - start).toBeLessThan(2_000);
  },
);

describe('units', () => {
  test.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
    ['5', undefined],
    ['5 parsecs', undefined],
    ['', undefined],
    ['-5s', undefined],
  ])('duration %j', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    ['100MB', 1e8],
    ['1GiB', 2 ** 30],
    ['0B', 0],
    ['100', undefined],
    ['1 mb', undefined],
  ])('size %j', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
});

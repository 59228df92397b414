import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HookError } from '../../src/lib/contract/index.js';
import { judgeCount, limitFor } from '../../src/lib/hook-errors/count.js';
import { groupErrors } from '../../src/lib/hook-errors/group.js';
import { countErrors, RecentErrorsFlags, recentErrors } from '../../src/lib/hook-errors/index.js';
import { templateOf } from '../../src/lib/message-template.js';
import { apiAt, serve, serveApi } from '../support/stub-server.js';

const error = (minute: number, message: string, changes: Partial<HookError> = {}): HookError => ({
  timestamp: `2026-11-23T03:${String(minute).padStart(2, '0')}:00.000Z`,
  contentType: 'api::team.team',
  operation: 'beforeUpdate',
  errorType: 'TypeError',
  message,
  outcome: 'failed',
  executionTime: 12,
  ...changes,
});

describe('count', () => {
  test.each([
    ['24h', 100],
    ['1h', 100],
    ['48h', 200],
    ['7d', 700],
    ['36h', 150],
  ])('the limit for %s is %i', (window, limit) => {
    expect(limitFor(window, 100)).toBe(limit);
  });

  test.each([
    [100, []],
    [101, ['VOPS-ERRORS-MANY']],
  ])('%i errors', (count, codes) => {
    expect(judgeCount({ window: '24h', count, limit: 100 }).map(({ code }) => code)).toEqual(codes);
  });

  test('is asked of the application and measured against the configuration', async () => {
    const at = apiAt(await serveApi({ '/errors/count/1h': 8 }), { maintenance: { errorCountWarning: 7 } });
    expect(await countErrors(at, { window: '1h' })).toMatchObject({
      status: 'warning',
      result: { window: '1h', count: 8, limit: 7 },
    });
  });
});

describe('templates', () => {
  test.each([
    ['Team 41 has 3.5 points', 'Team # has # points'],
    [`no season "2026/27" for 'x'`, 'no season "…" for "…"'],
    ["can't read it, won't try", "can't read it, won't try"],
    ['id 0b0e7e0c-5a4f-4b57-9d0e-111111111111 is gone', 'id <id> is gone'],
    ['document znrlzntu9ei5onjvwfaalu2v is gone', 'document <id> is gone'],
    ['at 0x7ffe74a906c0 in 4ea82bcf03', 'at <hex> in <hex>'],
    ['no player for anna.b@example.com at 10.0.0.7:5432', 'no player for <email> at #'],
    ['GET /api/teams/41/players/7?page=2', 'GET /api/teams/#/players/#?page=#'],
    ['decade and facade: beforeUpdate of api::team.team', 'decade and facade: beforeUpdate of api::team.team'],
    ['between 10:30:05 and 11:00', 'between # and #'],
    ['no values here', 'no values here'],
  ])('%s', (message, template) => {
    expect(templateOf(message)).toBe(template);
  });

  test('messages that differ in a number have one template, without digits', () => {
    const text = fc.stringMatching(/^[ab1 "'`„“#-]*$/);
    fc.assert(
      fc.property(text, text, fc.nat(), fc.nat(), (before, after, one, other) => {
        const template = templateOf(`${before} ${one} ${after}`);
        expect(templateOf(`${before} ${other} ${after}`)).toBe(template);
        expect(template).not.toMatch(/\d/);
      }),
    );
  });
});

describe('groups', () => {
  test('one a hook, type and template; the latest first; nothing lost', () => {
    const groups = groupErrors([
      error(1, 'Team 1 fails'),
      error(9, 'Team 2 fails'),
      error(5, 'other'),
      error(3, 'Team 3 fails', { contentType: 'api::match.match' }),
    ]);
    expect(groups.map(({ template, contentType, count }) => [template, contentType, count])).toEqual([
      ['Team # fails', 'api::team.team', 2],
      ['other', 'api::team.team', 1],
      ['Team # fails', 'api::match.match', 1],
    ]);
    expect(groups[0]).toMatchObject({
      firstSeen: '2026-11-23T03:01:00.000Z',
      lastSeen: '2026-11-23T03:09:00.000Z',
      example: 'Team 2 fails',
    });
  });

  test('the counts add up to the errors', () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const errors = fc.array(fc.tuple(minute, fc.constantFrom('a 1', 'a 2', 'b')).map(([at, text]) => error(at, text)));
    fc.assert(
      fc.property(errors, (all) => {
        const groups = groupErrors(all);
        expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
        expect(groups.every(({ firstSeen, lastSeen }) => firstSeen <= lastSeen)).toBe(true);
      }),
    );
  });
});

describe('recent', () => {
  const now = () => new Date('2026-11-23T03:30:00.000Z');

  test('--limit is passed on; a backend that ignores it is cut', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json').end(JSON.stringify([error(9, 'x'), error(8, 'y')]));
    });
    const outcome = await recentErrors({ ...apiAt(url), now }, RecentErrorsFlags.parse({ limit: '1' }));
    expect(asked).toEqual(['/api/hook-monitoring/errors/recent?limit=1']);
    expect(outcome).toMatchObject({ status: 'ok', result: { count: 1, isLimited: true, groups: [{ template: 'x' }] } });
  });

  test('--window leaves older errors out', async () => {
    const url = await serveApi({ '/errors/recent': [error(29, 'new'), error(1, 'old')] });
    const { result } = await recentErrors({ ...apiAt(url), now }, { limit: 20, window: '5m' });
    expect(result).toMatchObject({ window: '5m', count: 1, isLimited: false, groups: [{ template: 'new' }] });
  });

  test('no errors', async () => {
    const { result } = await recentErrors({ ...apiAt(await serveApi({ '/errors/recent': [] })), now }, { limit: 20 });
    expect(result).toEqual({ count: 0, isLimited: false, groups: [] });
  });
});

/** What is counted of requests, in bounded memory, and what is made of it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Security } from '../../src/lib/config/security.js';
import type { AccessRequest } from '../../src/lib/logs/index.js';
import { createDisplay, sourceOf } from '../../src/lib/security/access/address.js';
import { Distinct } from '../../src/lib/security/access/distinct.js';
import { Frequent } from '../../src/lib/security/access/frequent.js';
import { judgeAccess } from '../../src/lib/security/access/judge.js';
import { probeOf } from '../../src/lib/security/access/probes.js';
import { describeAccess } from '../../src/lib/security/access/report.js';
import { AccessTally } from '../../src/lib/security/access/tally.js';

const BEGIN = Date.parse('2026-11-23T03:00:00Z');
const { accessLog: settings } = Security.parse({});

const request = (changes: Partial<AccessRequest> = {}): AccessRequest => ({
  time: BEGIN,
  address: '203.0.113.7',
  method: 'GET',
  path: '/api/teams',
  status: 200,
  site: null,
  ...changes,
});

const login = (status: number, changes: Partial<AccessRequest> = {}) =>
  request({ method: 'POST', path: '/admin/login', status, ...changes });

function examine(requests: readonly AccessRequest[], given: object = {}) {
  const tally = new AccessTally(settings.loginPaths);
  for (const each of requests) tally.add(each);
  const about = { since: '2026-11-16T03:00:00.000Z', logs: [], hasAddresses: true };
  const chosen = { ...settings, ...given };
  const report = describeAccess(tally, about, chosen.addresses);
  const findings = judgeAccess(report, chosen, 'api.example.org');
  return { report, findings, codes: findings.map(({ code }) => code.replace('VOPS-SECURITY-', '')) };
}

const times = (count: number, make: (index: number) => AccessRequest) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('logins', () => {
  test.each<[string, AccessRequest[], string[]]>([
    ['nothing but visitors', times(100, () => request()), []],
    ['nine failures in an hour', times(9, () => login(400)), []],
    ['ten', times(10, () => login(400)), ['FAILED-LOGINS']],
    ['ten, by rate limit and refusal', times(10, (index) => login(index < 5 ? 429 : 401)), ['FAILED-LOGINS']],
    ['in capitals and with a slash', times(10, () => login(400, { path: '/Admin/LOGIN/' })), ['FAILED-LOGINS']],
    ['ten over two hours', times(10, (index) => login(400, { time: BEGIN + index * 720_000 })), []],
    ['ten GETs of it', times(10, () => request({ path: '/admin/login', status: 401 })), []],
    ['five hundred errors of the server', times(500, () => login(500)), []],
    ['ten, then a success', [...times(10, () => login(400)), login(200)], ['LOGIN-AFTER-FAILURES', 'FAILED-LOGINS']],
    ['a success, then ten', [login(200), ...times(10, () => login(400))], ['FAILED-LOGINS']],
    ['a success of another', [...times(10, () => login(400)), login(200, { address: '10.0.0.1' })], ['FAILED-LOGINS']],
    [
      'a hundred from as many addresses',
      times(100, (index) => login(400, { address: `10.0.${index}.1` })),
      ['LOGIN-FLOOD'],
    ],
    [
      'ten from one network of IPv6',
      times(10, (index) => login(400, { address: `2001:db8::${index}` })),
      ['FAILED-LOGINS'],
    ],
    ['a hundred without addresses', times(100, () => login(400, { address: null })), ['LOGIN-FLOOD']],
    ['without times', times(10, () => login(400, { time: Number.NaN })), ['FAILED-LOGINS']],
  ])('%s', (_, requests, expected) => {
    expect(examine(requests).codes).toEqual(expected);
  });

  test('several logs, one after the other, are as one in the order of time', () => {
    const attempts = fc.array(
      fc.record({
        status: fc.constantFrom(200, 400, 401),
        log: fc.nat(2),
        gapMs: fc.integer({ min: 1, max: 900_000 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(attempts, (made) => {
        let time = BEGIN;
        const inTime = made.map(({ status, log, gapMs }) => ({ log, one: login(status, { time: (time += gapMs) }) }));
        const byLog = inTime.toSorted((a, b) => a.log - b.log);
        expect(examine(byLog.map(({ one }) => one))).toEqual(examine(inTime.map(({ one }) => one)));
      }),
    );
  });

  test('the finding names addresses and the hour', () => {
    const { findings } = examine(times(12, () => login(400)));
    expect(findings[0]?.message).toMatch(/1 address failed.*203\.0\.113\.7.*12 times in the hour of 2026-11-23T03:00/);
  });
});

describe('scans', () => {
  const missing = (index: number) => request({ path: `/nothing-${index}`, status: 404 });

  test.each<[string, AccessRequest[], string[]]>([
    ['the same missing page', times(500, () => missing(1)), []],
    ['many missing pages', times(40, missing), ['SCAN']],
    ['some probes', times(5, () => request({ path: '/wp-login.php', status: 404 })), ['SCAN']],
    ['a secret that is handed out', [request({ path: '/.env' })], ['PROBE-ANSWERED']],
    ['a secret that is refused', [request({ path: '/.env', status: 403 })], []],
    ['a page that answers everything', [request({ path: '/index.php' })], []],
  ])('%s', (_, requests, expected) => {
    expect(examine(requests).codes).toEqual(expected);
  });

  test('a scan is no alarm, a leak is', () => {
    const severities = examine([...times(40, missing), request({ path: '/.git/config' })]).findings.map(
      ({ severity }) => severity,
    );
    expect(severities.sort()).toEqual(['error', 'info']);
  });

  test.each([
    ['/.env', 'environment file'],
    ['/api/.env.production', 'environment file'],
    ['/.git/HEAD', 'version control'],
    ['/backup.zip', 'dump or archive'],
    ['/a/%2e%2e/%2e%2e/etc/passwd', 'path traversal'],
    ['/wp-admin/setup.php', 'PHP and WordPress'],
    ['/cgi-bin/luci', 'other products'],
    ['/api/teams', undefined],
    ['/admin/login', undefined],
    ['/uploads/team_photo_1a2b.jpg', undefined],
    ['/environment', undefined],
    ['/api/consoles', undefined],
  ])('%s probes for %s', (path, expected) => {
    expect(probeOf(path)?.what).toBe(expected);
  });
});

describe('sites whose pages change data', () => {
  const from = (site: string) => request({ method: 'PUT', site });

  test.each<[string, AccessRequest[], string[], string | undefined]>([
    ['its own', [from('api.example.org')], [], undefined],
    ['one nobody listed', [from('www.example.org')], [], 'info'],
    ['one that is listed', [from('www.example.org')], ['www.example.org'], undefined],
    ['another', [from('evil.example')], ['www.example.org'], 'warning'],
    ['another that only reads', [request({ site: 'evil.example' })], ['www.example.org'], undefined],
    ['another that is refused', [{ ...from('evil.example'), status: 403 }], ['www.example.org'], undefined],
  ])('%s', (_, requests, sites, severity) => {
    expect(examine(requests, { sites }).findings[0]?.severity).toBe(severity);
  });
});

test('no request at all is no verdict', () => {
  expect(examine([]).findings).toMatchObject([{ code: 'VOPS-SECURITY-NO-REQUESTS', severity: 'unknown' }]);
});

describe('addresses', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:0db8:0:1::5', '2001:db8:0:1::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, source) => {
    expect(sourceOf(address)).toBe(source);
  });

  test('shown as networks', () => {
    const display = createDisplay('network');
    expect([display('10.1.2.3'), display('2001:db8:1:2::/64')]).toEqual(['10.1.2.0/24', '2001:db8:1::/48']);
  });

  test('shown by codes that tell them apart, and are others in the next report', () => {
    const [one, other] = [createDisplay('code'), createDisplay('code')];
    expect(one('10.0.0.1')).toBe(one('10.0.0.1'));
    expect(one('10.0.0.1')).not.toBe(one('10.0.0.2'));
    expect(one('10.0.0.1')).not.toBe(other('10.0.0.1'));
  });

  test('no finding and no row shows an address that is to be hidden', () => {
    const { report, findings } = examine([...times(20, () => login(400)), request({ path: '/.env', status: 404 })], {
      addresses: 'code',
    });
    expect(JSON.stringify({ report, findings })).not.toContain('203.0.113');
  });
});

describe('bounded memory', () => {
  test('a key that came more often than the undercount is there', () => {
    const stream = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 2_000 });
    fc.assert(
      fc.property(stream, fc.integer({ min: 2, max: 20 }), (keys, capacity) => {
        const frequent = new Frequent<null>(capacity);
        const counts = new Map<number, number>();
        for (const key of keys) {
          frequent.add(String(key), () => null);
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        const kept = new Set(frequent.items().map(([key]) => key));
        expect(kept.size).toBeLessThanOrEqual(capacity);
        for (const [key, count] of counts) if (count > frequent.undercount) expect(kept).toContain(String(key));
      }),
    );
  });

  test('a flood of addresses does not hide one that is at it all the time', () => {
    const flood = times(200_000, (index) =>
      index % 20 === 0
        ? login(400)
        : login(400, { address: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}` }),
    );
    const { report } = examine(flood);
    expect(report.logins[0]).toMatchObject({ address: '203.0.113.7', failed: 10_000 });
    expect(report.logins).toHaveLength(20);
    expect(report.undercount).toBeGreaterThan(0);
  });

  test('different paths are counted within a tenth', () => {
    for (const count of [1, 20, 100, 400]) {
      const distinct = new Distinct();
      for (let index = 0; index < 3 * count; index++) distinct.add(`/path-${index % count}`);
      expect(Math.abs(distinct.estimate - count)).toBeLessThanOrEqual(Math.max(1, count / 10));
    }
  });
});

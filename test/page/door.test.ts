import { describe, expect, test } from '@jest/globals';
import { createDoor } from '../../src/lib/monitor/page/door.js';
import { get } from '../support/monitoring.js';
import { useSite } from '../support/page.js';

const SECRET = 'a-secret-of-the-page-test';
const sessions = new Map<string, () => Promise<boolean>>([
  ['good', async () => true],
  ['ended', async () => false],
  ['lost', () => Promise.reject(new Error('the database is gone'))],
]);
const administrators = {
  cookie: 'admin_session',
  isValid: (session: string) => (sessions.get(session) ?? (async () => false))(),
  signInPath: '/admin',
};
const cookie = (value: string) => ({ headers: { cookie: `other=1; ${value}` } });

/** Where a link leads in a browser for which a proxy has the application below `/club`, as Strapi's `server.url` may say. */
const seenBehindProxy = (link: string, path: string) => new URL(link, `http://host.example/club${path}`).pathname;

describe('with a secret', () => {
  const site = useSite(() => ({ secret: SECRET, actionsSecret: 'another-secret-of-the-test' }));
  const signIn = (secret: string, headers: Record<string, string> = {}) =>
    fetch(`${site.url()}/session`, {
      method: 'POST',
      body: new URLSearchParams({ secret }),
      redirect: 'manual',
      headers,
    });

  test.each(['', '/', '/events', '/data/health', '/data/performance', '/nothing'])(
    '%s is closed to strangers, who get the form',
    async (path) => {
      const { status, headers, body } = await get(site.url() + path);
      expect({ status, challenge: headers['www-authenticate'] }).toEqual({ status: 401, challenge: 'Bearer' });
      const [, action = ''] = /<form method="post" action="([^"]+)">/.exec(body) ?? [];
      expect(seenBehindProxy(action, `/admin/monitoring${path}`)).toBe('/club/admin/monitoring/session');
      expect(body).not.toContain('<script');
    },
  );

  test('the secret opens it: as a bearer, and through the form as a cookie that scripts cannot read', async () => {
    const bearer = { headers: { authorization: `Bearer ${SECRET}` } };
    expect((await get(site.url(), bearer)).status).toBe(200);
    const { status, headers } = await signIn(SECRET);
    const [pair = '', ...attributes] = (headers.get('set-cookie') ?? '').split('; ');
    const to = seenBehindProxy(headers.get('location') ?? '', '/admin/monitoring/session');
    expect({ status, to }).toEqual({ status: 303, to: '/club/admin/monitoring' });
    // Without a path: that is where the form was sent, as the browser sees it.
    expect(attributes).toEqual(['Max-Age=86400', 'HttpOnly', 'SameSite=Lax']);
    expect(pair).not.toContain(SECRET);
    expect((await get(`${site.url()}/data/jobs`, cookie(pair))).status).toBe(200);
    expect((await signIn(SECRET, { 'x-forwarded-proto': 'https' })).headers.get('set-cookie')).toContain('; Secure');
  });

  test('a wrong secret, a forged or an ended cookie, and far too much do not', async () => {
    const wrong = await signIn('something-else');
    expect({ status: wrong.status, cookie: wrong.headers.get('set-cookie') }).toEqual({ status: 401, cookie: null });
    expect(await wrong.text()).toContain('This is not the secret.');
    expect((await signIn('x'.repeat(20_000))).status).toBe(401);
    const pair = ((await signIn(SECRET)).headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const later = pair.replace(/=(\d+)/, (_, ends) => `=${Number(ends) + 1}`);
    for (const forged of [later, pair.slice(0, -1), 'viktoria_monitoring=', 'viktoria_monitoring=9999999999.x'])
      expect((await get(site.url(), cookie(forged))).status).toBe(401);
  });

  test('speaks the language of the browser', async () => {
    const german = await get(site.url(), { headers: { 'accept-language': 'de-AT,en;q=0.5' } });
    expect(german.body).toContain('<html lang="de">');
    expect(german.body).toContain('Anmelden');
    expect((await get(site.url(), { headers: { 'accept-language': 'fr' } })).body).toContain('Sign in');
  });

  test('nothing can be changed through it', async () => {
    const headers = { authorization: `Bearer ${SECRET}` };
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await get(`${site.url()}/data/actions/collect-garbage`, { method, headers })).status).toBe(405);
    expect((await get(`${site.url()}/data/actions/collect-garbage`, { headers })).status).toBe(405);
    expect((await get(`${site.url()}/nothing`, { headers })).status).toBe(404);
    expect((await get(`${site.url()}/data/nothing`, { headers })).status).toBe(404);
    // The page's own stream asks again who listens; this one would not.
    expect((await get(`${site.url()}/data/events`, { headers })).status).toBe(404);
  });

  test('one document under a strict policy, anew each time, compressed where that is understood', async () => {
    const headers = { authorization: `Bearer ${SECRET}` };
    const [one, other] = [await get(site.url(), { headers }), await get(site.url(), { headers })];
    const policy = String(one.headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'nonce-[\w+/=]{24}'; style-src 'nonce-/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(policy).not.toBe(other.headers['content-security-policy']);
    expect(one.body).not.toMatch(/(?:src|href)="(?!data:)/);
    const packed = await fetch(site.url(), { headers: { ...headers, 'accept-encoding': 'gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(60_000);
    const head = await get(site.url(), { method: 'HEAD', headers });
    expect({ status: head.status, body: head.body }).toEqual({ status: 200, body: '' });
  });
});

describe('without a secret', () => {
  const site = useSite(() => ({}));

  test('browsers on this host are answered, by its own names alone', async () => {
    expect((await get(site.url())).status).toBe(200);
    for (const host of ['localhost', 'localhost:1337', '[::1]:1337', '127.0.0.1:80'])
      expect((await get(site.url(), { headers: { host } })).status).toBe(200);
    // What a page of another origin could make of its own name.
    for (const host of ['rebound.example:1337', '127.0.0.1.example', 'localhost.example'])
      expect((await get(site.url(), { headers: { host } })).status).toBe(403);
  });

  test('others are not, and are told why', async () => {
    const { status, body } = await get(site.url(), { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(status).toBe(403);
    expect(body).toContain('No secret is configured');
    expect(body).not.toContain('<form');
  });
});

describe('with administrators', () => {
  const site = useSite(() => ({ administrators }));

  test('their session opens it, and nothing else: not even this host', async () => {
    expect((await get(site.url())).status).toBe(401);
    const [, signIn = ''] = /<a href="([^"]+)">/.exec((await get(site.url())).body) ?? [];
    expect(seenBehindProxy(signIn, '/admin/monitoring')).toBe('/club/admin');
    expect((await get(site.url(), cookie('admin_session=good'))).status).toBe(200);
    expect((await get(`${site.url()}/data/health`, cookie('admin_session=good'))).status).toBe(200);
    expect((await get(site.url(), cookie('admin_session=ended'))).status).toBe(401);
    expect((await get(site.url(), cookie('admin_session=lost'))).status).toBe(503);
  });

  test('who was admitted goes on while the database is down, until it answers that the session has ended', async () => {
    const look = async () => (await get(site.url(), cookie('admin_session=mine'))).status;
    sessions.set('mine', async () => true);
    expect(await look()).toBe(200);
    sessions.set('mine', () => Promise.reject(new Error('the database is gone')));
    expect(await look()).toBe(200);
    sessions.set('mine', async () => false);
    expect(await look()).toBe(401);
    sessions.set('mine', () => Promise.reject(new Error('the database is gone')));
    expect(await look()).toBe(503);
  });

  test('a database that hangs is one that does not answer', async () => {
    sessions.set('hangs', () => new Promise(() => undefined));
    expect((await get(site.url(), cookie('admin_session=hangs'))).status).toBe(503);
  });

  test('a bounded number of sessions is remembered', async () => {
    let isDown = false;
    const door = createDoor({
      administrators: {
        ...administrators,
        isValid: () => (isDown ? Promise.reject(new Error('gone')) : Promise.resolve(true)),
      },
    });
    const ask = (session: number) => door.admits({ headers: { cookie: `admin_session=${session}` } } as never);
    for (let session = 0; session <= 100; session++) expect(await ask(session)).toBe('admitted');
    isDown = true;
    expect([await ask(0), await ask(1), await ask(100)]).toEqual([503, 'admitted', 'admitted']);
  });
});

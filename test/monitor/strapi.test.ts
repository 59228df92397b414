import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { routes } from '../../src/lib/contract/index.js';
import { bootstrap, destroy, flags, register, registerQueueSource } from '../../src/lib/strapi/index.js';
import { readOptions } from '../../src/lib/strapi/options.js';
import plugin from '../../src/lib/strapi/plugin.js';
import { registrantOf } from '../../src/lib/strapi/registrant.js';
import type { KoaMiddleware } from '../../src/lib/strapi/shapes.js';
import { get } from '../support/monitoring.js';
import { temporaryDirectory } from '../support/run.js';

/** As much of a Strapi as a test wants; the whole is in test/strapi. */
function strapiWith(parts: object = {}, config: Readonly<Record<string, unknown>> = {}) {
  const warnings: string[] = [];
  const middlewares: KoaMiddleware[] = [];
  const root = temporaryDirectory();
  const strapi = {
    server: { use: (middleware: KoaMiddleware) => middlewares.push(middleware) },
    config: { get: (path: string, fallback?: unknown) => config[path] ?? fallback },
    log: { warn: (text: string) => warnings.push(text), info: () => undefined, level: 'info' },
    dirs: { app: { root, config: join(root, 'config') } },
    ...parts,
  };
  made.push(strapi);
  return { strapi, warnings, middlewares };
}
const made: object[] = [];
afterEach(async () => {
  for (const strapi of made.splice(0)) await destroy({ strapi });
});

/** Asks the monitoring routes through the middlewares, as Koa would. */
async function ask(middlewares: readonly KoaMiddleware[], path: string, headers: Record<string, string> = {}) {
  const { status, body } = await look(middlewares, `/api/hook-monitoring${path}`, headers);
  return { status, body: JSON.parse(body) };
}

async function look(middlewares: readonly KoaMiddleware[], path: string, headers: Record<string, string> = {}) {
  const server = createServer((req, res) => {
    const context = { req, res, method: req.method ?? '', path: (req.url ?? '').split('?')[0] ?? '', status: 404 };
    const run = (index: number): Promise<unknown> => {
      const middleware = middlewares[index];
      return middleware ? middleware(context, () => run(index + 1)) : Promise.resolve(res.writeHead(404).end('{}'));
    };
    void run(0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  try {
    return await get(`http://127.0.0.1:${port}${path}`, { headers });
  } finally {
    server.close();
  }
}

describe('a Strapi that is not as we know it', () => {
  test('starts all the same, says once what is missing, and the figures say partial', async () => {
    const { strapi, warnings, middlewares } = strapiWith({ db: { lifecycles: {} } });
    register({ strapi });
    bootstrap({ strapi });
    bootstrap({ strapi });
    expect(warnings).toEqual([
      'hook-monitoring: partial: this Strapi does not let us watch its subscribers, lifecycle hooks, document actions, SQL',
    ]);
    expect((await ask(middlewares, '/performance')).body).toMatchObject({ instrumentation: 'partial' });
    expect((await ask(middlewares, '/health')).status).toBe(200);
  });

  test.each([
    ['nothing at all', { server: undefined, db: undefined, documents: undefined }],
    [
      'getters that throw',
      {
        get db() {
          throw new Error('not yet');
        },
      },
    ],
    ['metadata of another kind', { db: { metadata: 7, lifecycles: { subscribe: 1 }, connection: {} } }],
  ])('%s does not reach the application', (_name, parts) => {
    const { strapi } = strapiWith();
    Object.defineProperties(strapi, Object.getOwnPropertyDescriptors(parts));
    expect(() => {
      register({ strapi });
      bootstrap({ strapi });
    }).not.toThrow();
  });
});

test.each([
  ['/admin', '/admin'],
  ['/back/office/', '/back/office'],
  ['/', '/'],
])('with the admin panel at %s, whoever has no session is led there', async (path, signIn) => {
  const sessionManager = () => ({ validateRefreshToken: async () => ({ isValid: false }) });
  const { strapi, middlewares } = strapiWith({ sessionManager }, { 'admin.path': path });
  register({ strapi });
  const page = `${path.replace(/\/$/, '')}/monitoring`;
  const { status, body } = await look(middlewares, page);
  expect(status).toBe(401);
  const [, link = ''] = /<a href="([^"]+)">Sign in to the administration<\/a>/.exec(body) ?? [];
  expect(new URL(link, `http://host.example${page}`).pathname).toBe(signIn);
});

test('a session of an administrator who was deactivated, or is gone, opens the page no more', async () => {
  const users = new Map<unknown, { isActive: boolean }>([
    [7, { isActive: true }],
    [8, { isActive: false }],
  ]);
  const findOne = async ({ where }: { where: { id: unknown } }) => users.get(where.id) ?? null;
  const { strapi, middlewares } = strapiWith({
    sessionManager: () => ({ validateRefreshToken: async (token: string) => ({ isValid: true, userId: token }) }),
    db: { query: () => ({ findOne }) },
  });
  register({ strapi });
  const statusFor = async (session: string) =>
    (await look(middlewares, '/admin/monitoring', { cookie: `strapi_admin_refresh=${session}` })).status;
  expect([await statusFor('7'), await statusFor('8'), await statusFor('9')]).toEqual([200, 401, 401]);
});

describe('what is watched', () => {
  /** Strapi's lifecycles, as far as subscribers see them. */
  function database() {
    const subscribers: unknown[] = [];
    const lifecycles = {
      subscribe: (subscriber: unknown) => {
        subscribers.push(subscriber);
        return () => undefined;
      },
    };
    const connection = Object.assign(new EventEmitter(), { raw: () => Promise.resolve(1), client: {} });
    const metadata = new Map([
      ['api::team.team', { lifecycles: { afterUpdate: () => 1 } }],
      ['admin::user', { lifecycles: { afterCreate: () => 1 } }],
    ]);
    return { lifecycles, connection, metadata, subscribers };
  }
  const hooksOf = async (middlewares: readonly KoaMiddleware[]) =>
    routes.dailyReport.response
      .parse((await ask(middlewares, '/performance/daily-report')).body)
      .hooks.map(({ contentType, operation, executions, source }) => [contentType, operation, executions, source]);

  test('subscribers of every form, each by itself, with their own `this`; Strapi’s own content is left out', async () => {
    const { subscribers, ...db } = database();
    const { strapi, middlewares } = strapiWith({ db, documents: { use: () => undefined } });
    register({ strapi });
    class Search {
      readonly seen: string[] = [];
      afterUpdate() {
        this.seen.push('update');
      }
    }
    const search = new Search();
    db.lifecycles.subscribe(search);
    db.lifecycles.subscribe(Object.assign(() => 'called', { models: ['api::team.team'] }));
    bootstrap({ strapi });
    const [watchedSearch, watchedFunction] = subscribers as [Search, (event: object) => unknown];
    const event = (uid: string) => ({ action: 'afterUpdate', model: { uid } });
    (watchedSearch.afterUpdate as (event: object) => void)(event('api::team.team'));
    expect(search.seen).toEqual(['update']);
    expect(watchedFunction(event('api::team.team'))).toBe('called');
    expect(watchedFunction(event('admin::user'))).toBe('called');
    db.metadata.get('api::team.team')?.lifecycles.afterUpdate?.();
    const hooks = await hooksOf(middlewares);
    expect(hooks.map(([contentType, operation, executions]) => [contentType, operation, executions])).toEqual(
      Array.from({ length: 3 }, () => ['api::team.team', 'afterUpdate', 1]),
    );
    expect(new Set(hooks.map(([, , , source]) => source)).size).toBe(3);
  });

  test('destroy puts everything back as it was', async () => {
    const { subscribers: _subscribers, ...db } = database();
    const { subscribe } = db.lifecycles;
    const original = db.metadata.get('api::team.team')?.lifecycles.afterUpdate;
    const features = { isEnabled: (_name: string) => true };
    const { isEnabled } = features;
    const { strapi } = strapiWith({ db, features, documents: { use: () => undefined } });
    register({ strapi });
    bootstrap({ strapi });
    expect(db.lifecycles.subscribe).not.toBe(subscribe);
    await destroy({ strapi });
    expect(db.lifecycles.subscribe).toBe(subscribe);
    expect(db.metadata.get('api::team.team')?.lifecycles.afterUpdate).toBe(original);
    expect(features.isEnabled).toBe(isEnabled);
    expect(db.connection.eventNames()).toEqual([]);
  });
});

describe('the plugin and the three lines', () => {
  const secret = 'a-secret-of-the-test';

  test('meet: the plugin’s configuration counts, unless the lines bring options', async () => {
    const { strapi, middlewares } = strapiWith({}, { 'plugin::hook-monitoring': { secret } });
    plugin.register({ strapi });
    register({ strapi });
    expect(middlewares).toHaveLength(1);
    expect((await ask(middlewares, '/performance')).status).toBe(401);
    register({ strapi }, { secret: 'another-secret-of-the-test' });
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
    expect((await ask(middlewares, '/performance', bearer(secret))).status).toBe(401);
    expect((await ask(middlewares, '/performance', bearer('another-secret-of-the-test'))).status).toBe(200);
  });

  test.each([
    ['a short secret', { secret: 'hunter2' }, /^hook-monitoring: secret: must have at least 16 characters$/],
    ['an unknown option', { secrt: secret }, /secrt/],
    ['a queue of no known type', { jobs: [{ type: 'rabbit' }] }, /jobs\.0\.type/],
  ])('%s stops the start, without the value', (_name, options, message) => {
    const { strapi } = strapiWith();
    expect(() => register({ strapi }, options)).toThrow(message);
    expect(() => plugin.config.validator(options)).toThrow(message);
    try {
      readOptions(options, {});
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
    }
  });

  test.each([
    ['a sentence', 'correct horse battery staple', 'correct horse battery staple'],
    ['read from a file with its end of line', 'a-secret-of-the-test\n', 'a-secret-of-the-test'],
  ])('a secret that is %s opens the routes to whoever sends it', async (_name, option, sent) => {
    const { strapi, middlewares } = strapiWith();
    register({ strapi }, { secret: option });
    const asked = async (text: string) =>
      (await ask(middlewares, '/performance', { authorization: `Bearer ${text}` })).status;
    expect(await asked(sent)).toBe(200);
    expect(await asked(`${sent} and more`)).toBe(401);
    expect(await asked(sent.split(' ')[0]?.slice(0, 7) ?? '')).toBe(401);
  });

  test('secrets come from the environment where nothing else is said', () => {
    expect(readOptions({}, { HOOK_MONITORING_SECRET: secret })).toEqual({ secret });
    const other = 'given-by-the-application';
    expect(readOptions({ secret: other }, { HOOK_MONITORING_SECRET: secret })).toEqual({ secret: other });
    expect(readOptions({ secret: undefined }, { HOOK_MONITORING_SECRET: secret })).toEqual({ secret });
    expect(readOptions(undefined, { HOOK_MONITORING_SECRET: '' })).toEqual({});
  });

  test('before register, and after destroy, nothing of ours fails', async () => {
    const { strapi } = strapiWith();
    bootstrap({ strapi });
    registerQueueSource({ strapi }, { name: 'x', read: async () => undefined })();
    expect([flags.isEnabled('x'), flags.isEnabled('x', { default: true })]).toEqual([false, true]);
    await destroy({ strapi });
  });
});

test.each([
  ['the application', '/srv/app', 'at Object.bootstrap (/srv/app/dist/src/index.js:7:15)', 'src/index.js'],
  ['a package', '/srv/app', 'at bootstrap (/srv/app/node_modules/@acme/search/dist/server.js:7:15)', '@acme/search'],
  ['a module', '/srv/app', 'at file:///srv/app/src/extra.mjs:3:4', 'src/extra.mjs'],
  ['nobody we can tell', '/srv/app', 'at new Promise (<anonymous>)', 'subscriber'],
])('a subscriber of %s is named', (_name, root, frame, name) => {
  expect(registrantOf(`Error\n    at watching (/x/hooks.js:1:1)\n    ${frame}`, root)).toBe(name);
});

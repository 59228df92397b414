import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as z from 'zod';
import { freePort } from '../../src/lib/demo/postgres.js';
import { packageRoot } from '../../src/lib/package.js';
import { get } from '../support/monitoring.js';

/** The application in test/strapi, started as `strapi start` starts it. */
export interface StrapiApp {
  readonly url: string;
  readonly pid: number;
  /** What it printed. */
  readonly log: () => string;
  /** Ends it as a service manager does, and tells how it ended. */
  readonly stop: () => Promise<number | null>;
  /** One request to its API; JSON both ways. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  /** One action of the Document Service. */
  readonly drive: (uid: string, action: string, params: unknown) => Promise<{ status: number; body: unknown }>;
  /** A monitoring route. */
  readonly monitoring: (path: string, headers?: Record<string, string>) => Promise<{ status: number; body: unknown }>;
}

const directory = join(packageRoot(), 'test', 'strapi');

export async function startStrapi(
  database: { readonly port: number; readonly name: string },
  env: Readonly<Record<string, string>> = {},
): Promise<StrapiApp> {
  const port = await freePort();
  const child = spawn(process.execPath, ['node_modules/@strapi/strapi/bin/strapi.js', 'start'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: String(port),
      DATABASE_PORT: String(database.port),
      DATABASE_NAME: database.name,
      ...env,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
  const url = `http://127.0.0.1:${port}`;
  await answered(`${url}/_health`, child, () => log);
  const call = async (method: string, path: string, body?: unknown) => ask(url + path, method, body);
  return {
    url,
    pid: child.pid ?? 0,
    log: () => log,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const end = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await once(child, 'exit');
        clearTimeout(end);
      }
      return child.exitCode;
    },
    call,
    drive: (uid, action, params) => call('POST', '/api/drive', { uid, action, params }),
    async monitoring(path, headers = {}) {
      const { status, body } = await get(`${url}/api/hook-monitoring${path}`, { headers });
      return { status, body: parse(body) };
    },
  };
}

const ADMINISTRATOR = { email: 'admin@example.org', password: 'A-password-of-the-tests-1' };

/** Signs in to the admin panel, as its first administrator. The headers are what a browser sends with a page. */
export async function signInAsAdministrator({ call, url }: StrapiApp) {
  // Only the first call makes one.
  await call('POST', '/admin/register-admin', { ...ADMINISTRATOR, firstname: 'Anna', lastname: 'Admin' });
  const response = await fetch(`${url}/admin/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ADMINISTRATOR, deviceId: '7d7a9c0e-0d3c-4a0e-9d7e-2f4f2f1f6a11', rememberMe: true }),
  });
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const { data } = LoggedIn.parse(await response.json());
  const end = () =>
    fetch(`${url}/admin/logout`, { method: 'POST', headers: { cookie, authorization: `Bearer ${data.token}` } });
  return { headers: { cookie }, authorization: `Bearer ${data.token}`, end };
}

const LoggedIn = z.object({ data: z.object({ token: z.string() }) });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

async function ask(url: string, method: string, body: unknown) {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, body: parse(await response.text()) };
}

async function answered(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`the application ended:\n${log()}`);
    const status = await get(url).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 204) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`the application does not answer:\n${log()}`);
}

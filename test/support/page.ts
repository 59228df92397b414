import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { API_PREFIX } from '../../src/lib/contract/index.js';
import { createMonitor, type Monitor, type MonitorOptions } from '../../src/lib/monitor/index.js';

const PAGE_PATH = '/admin/monitoring';

/** As little of an application as a monitor needs. */
const bareApplication: MonitorOptions = {
  application: { version: '1.2.3', environment: 'test', startedAt: new Date(), activeConnections: () => 2 },
  checks: [],
  jobs: [],
  activity: () => ({ requests: 0, activeUsers: 0 }),
  diskPath: tmpdir(),
  resolveFrom: import.meta.url,
  version: '9.9.9',
};

/** A monitor with its page behind a real server that can go away and come back. */
export interface Site {
  readonly url: () => string;
  readonly monitor: () => Monitor;
  readonly close: () => Promise<void>;
  readonly open: () => Promise<void>;
  /** Value of `last-event-id` of each request for events; '' where there was none. */
  readonly lastEventIds: string[];
}

export function useSite(options: () => Partial<MonitorOptions>): Site {
  let monitor: Monitor | undefined;
  let server: Server | undefined;
  let port = 0;
  const lastEventIds: string[] = [];
  const open = async () => {
    const opened = createServer((request, response) => {
      if (request.url?.endsWith('/events')) lastEventIds.push(String(request.headers['last-event-id'] ?? ''));
      if (request.url?.startsWith(API_PREFIX)) void monitor?.listener(request, response);
      else if (request.url?.startsWith(PAGE_PATH)) void monitor?.page(request, response, PAGE_PATH);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
    server = opened;
    const address = opened.address();
    port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  };
  const close = async () => {
    const closing = server;
    server = undefined;
    closing?.closeAllConnections();
    await new Promise((resolve) => (closing ? closing.close(resolve) : resolve(undefined)));
  };
  beforeAll(async () => {
    monitor = createMonitor({ ...bareApplication, ...options() });
    monitor.start();
    await open();
  });
  afterAll(async () => {
    await close();
    await monitor?.stop();
  });
  return {
    url: () => `http://127.0.0.1:${port}${PAGE_PATH}`,
    monitor: () => {
      if (!monitor) throw new Error('not started yet');
      return monitor;
    },
    close,
    open,
    lastEventIds,
  };
}

/** A page as somebody looks at it, with what went wrong and what it asked for. */
export interface Look {
  readonly page: Page;
  readonly errors: string[];
  readonly requests: string[];
}

/** Debian's Chromium, for a whole test file; what is opened in a test is closed after it. */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<Look> {
  let browser: Browser | undefined;
  const opened: Page[] = [];
  beforeAll(async () => {
    const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
    // Root, as in a container, has no sandbox to run in.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  }, 60_000);
  afterEach(async () => {
    for (const page of opened.splice(0)) await page.context().close();
  });
  afterAll(() => browser?.close());
  return async (options) => {
    if (!browser) throw new Error('not started yet');
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
    const page = await context.newPage();
    opened.push(page);
    const errors: string[] = [];
    const requests: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('request', (request) => requests.push(request.url()));
    return { page, errors, requests };
  };
}

export const verdict = (page: Page) => page.locator('#verdict');

/** The value beside this name in a panel. */
export const figure = (page: Page, panel: string, name: string) =>
  page
    .locator(`#${panel} dl div`)
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd');

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { OperatorSection, OperatorStatus } from '../../src/lib/contract/index.js';
import type { HealthCheck, QueueSource } from '../../src/lib/monitor/index.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { figure, useBrowser, useSite, verdict } from '../support/page.js';
import { temporaryDirectory } from '../support/run.js';

const HOOKS = 200;
const DAYS = 30;

const database = useDatabase();
const operatorStatusFile = join(temporaryDirectory(), 'status.json');
const state = { message: '' };

const check: HealthCheck = {
  name: 'database',
  check: async () =>
    state.message ? { status: 'critical', message: state.message } : { status: 'healthy', message: 'answers' },
};
const queue: QueueSource = {
  name: 'mail',
  read: async () => ({
    states: { ready: 3, failed: 0 },
    readyByType: { mail: 3 },
    oldestReadyAgeSeconds: 4.5,
    processedPerMinute: 1,
    completed: 9,
    averageProcessingMs: 12,
  }),
};

const look = useBrowser();
const site = useSite(() => ({
  checks: [check],
  postgres: { ...testServer, database: database.name },
  jobs: undefined,
  operatorStatusFile,
}));

beforeAll(async () => {
  site.monitor().queues.register(queue);
  await seedHistory();
});
beforeEach(() => {
  state.message = '';
  writeStatus();
});

/** What an earlier run left: 200 hooks by day and, of the last two days, by hour; host samples of every minute. */
async function seedHistory(): Promise<void> {
  const isReady = async () =>
    (await sql(database.name, `select to_regclass('viktoria_ops.flag_evaluations') is not null as ready`))[0]?.ready;
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 50));
  const rollups = (step: string, periods: string) => `
    insert into viktoria_ops.rollups
    select '${step}', at, 'earlier', 'hook', 'api::thing-' || n || '.thing', 'afterUpdate', 'model', 100, 2, 1, 0, 0, 200,
           100 * (n % 40), 90 * (n % 40), 10, 90, array[230, 90, 260, 10]
    from generate_series(1, ${HOOKS}) as n, ${periods} as at`;
  const today = `date_trunc('day', now(), 'UTC')`;
  const thisHour = `date_trunc('hour', now(), 'UTC')`;
  await sql(
    database.name,
    `insert into viktoria_ops.instances values ('earlier', 'a', 1, '9', now() - interval '31 days', now());
     ${rollups('day', `generate_series(${today} - interval '${DAYS} days', ${today} - interval '1 day', '1 day')`)};
     ${rollups('hour', `generate_series(${thisHour} - interval '47 hours', ${thisHour} - interval '1 hour', '1 hour')`)};
     insert into viktoria_ops.events
     select 'usage', 'earlier/' || extract(epoch from at), at, 'earlier', jsonb_build_object('cpu', 0.3, 'memory', 0.6,
       'disk', 0.5, 'network', 1e6, 'activeUsers', 4, 'requestsPerSecond', 12)
     from generate_series(now() - interval '${DAYS} days', now(), '1 minute') as at`,
  );
}

function writeStatus(more: Partial<OperatorStatus> = {}): void {
  const told: OperatorSection = { status: 'ok', summary: 'fine', findings: [], rows: [] };
  const status: OperatorStatus = {
    schemaVersion: 1,
    writtenAt: new Date().toISOString(),
    validUntil: new Date(Date.now() + 3_600_000).toISOString(),
    host: 'a',
    environment: 'test',
    sections: { alerts: told, incidents: told, kpis: told, backups: told, maintenance: told },
    ...more,
  };
  writeFileSync(operatorStatusFile, JSON.stringify(status));
}

/** Every panel has figures, and every chart its lines. */
async function drawn(page: Page): Promise<void> {
  await page
    .locator('.age', { hasText: /\d\d:\d\d:\d\d/ })
    .nth(8)
    .waitFor();
  await page.locator('.plot canvas').nth(3).waitFor();
}

describe('what it shows', () => {
  test('the verdict, every panel with its figures, from one document and this host alone', async () => {
    const { page, errors, requests } = await look();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let transferred = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      transferred += encodedDataLength;
    });
    await page.goto(site.url());
    await drawn(page);
    expect(await verdict(page).innerText()).toMatch(/^✓ healthy No problems · \d checks well$/);
    expect(await figure(page, 'overview', 'Version').innerText()).toBe('1.2.3');
    expect(await figure(page, 'jobs', 'Waiting').innerText()).toBe('3');
    expect(await figure(page, 'jobs', 'Mean time').innerText()).toBe('12 ms');
    expect(await figure(page, 'database', 'Queries').innerText()).toMatch(/\d|–/);
    expect(await page.locator('.connection').innerText()).toBe('live');
    expect(requests.filter((url) => !url.startsWith(site.url()) && !url.startsWith('data:'))).toEqual([]);
    expect(errors).toEqual([]);
    // P14; the figure is of this very load.
    expect(transferred).toBeGreaterThan(10_000);
    expect(transferred).toBeLessThan(200_000);
  });

  test('30 days of history by day, and 200 hooks that can be filtered', async () => {
    const { page, errors } = await look();
    await page.goto(site.url());
    await drawn(page);
    await page.getByRole('button', { name: '30 days' }).click();
    await page.locator('#hooks figure').first().getByText('Values as a table').click();
    const rows = page.getByRole('table', { name: 'Execution time' }).locator('tbody tr');
    await rows.nth(DAYS - 1).waitFor();
    expect(await rows.count()).toBe(DAYS);
    expect(await rows.nth(1).innerText()).toMatch(/\t19 ms|\t20 ms/);
    await page.getByText('All hooks, last 24 hours').click();
    await page.getByText(`${HOOKS} of ${HOOKS} hooks`).waitFor();
    await page.getByRole('searchbox', { name: 'Filter hooks' }).fill('thing-17');
    await page.getByText(`11 of ${HOOKS} hooks`).waitFor();
    // What is open stays open, and what is written stays, while new figures come.
    await rows.nth(DAYS - 1).waitFor();
    expect(await rows.count()).toBe(DAYS);
    expect(await page.getByRole('searchbox').inputValue()).toBe('thing-17');
    expect(errors).toEqual([]);
  });

  test('requests of an hour are the sum of all instances at every point', async () => {
    await sql(
      database.name,
      `insert into viktoria_ops.events
       select 'usage', 'second/' || extract(epoch from at), at + interval '25 seconds', 'second', body || '{"requestsPerSecond": 5}'
       from viktoria_ops.events where kind = 'usage' and at > now() - interval '2 hours' and instance = 'earlier'`,
    );
    try {
      const { page } = await look();
      await page.goto(site.url());
      await drawn(page);
      await page.getByRole('button', { name: '1 hour' }).click();
      await page.locator('#overview figure').nth(1).getByText('Values as a table').click();
      const rows = page.getByRole('table', { name: 'Requests per second' }).locator('tbody tr');
      await rows.nth(50).waitFor();
      // But for the edges of the hour: the minutes since the samples were made, and what began before it.
      const values = (await rows.allInnerTexts()).slice(10, -2).map((row) => row.split('\t').at(-1));
      expect(new Set(values)).toEqual(new Set(['17']));
    } finally {
      await sql(database.name, `delete from viktoria_ops.events where instance = 'second'`);
    }
  });

  test('problems worst first, each with evidence and the next command', async () => {
    state.message = 'refuses connections';
    writeStatus({
      sections: {
        alerts: {
          status: 'warning',
          summary: '1 alert: slow hooks since 2026-11-23T03:00:00.000Z',
          findings: [
            {
              code: 'X',
              severity: 'warning',
              message: 'slow hooks: 612 ms',
              hint: "to keep it quiet: viktoria-ops alerts silence 'slow hooks' --for 2h",
            },
            { code: 'Y', severity: 'info', message: 'all is told', hint: '' },
          ],
          rows: [{ name: 'slow hooks', status: 'warning', value: '612 ms', at: '2026-11-23T03:00:00.000Z' }],
        },
      },
    });
    const { page } = await look();
    await page.goto(site.url());
    await drawn(page);
    await verdict(page).getByText('2 problems: database, Alerts').waitFor();
    const items = await page.locator('.problems li').allInnerTexts();
    expect(items[0]).toMatch(
      /✕ critical\s+database refuses connections Evidence: Database metrics\s+Next: viktoria-ops db health/,
    );
    expect(items[1]).toMatch(
      /! warning\s+Alerts slow hooks: 612 ms .*\s+Next: to keep it quiet: viktoria-ops alerts silence 'slow hooks' --for 2h/,
    );
    const command = page.locator('.problems li').nth(1).locator('code');
    expect(await command.innerText()).toBe("viktoria-ops alerts silence 'slow hooks' --for 2h");
    expect(await page.title()).toMatch(/^\(2\) Monitoring/);
    expect(await page.locator('#alerts').innerText()).toContain('since 23 Nov 2026, 04:00:00');
    expect(await page.locator('#backups').innerText()).toContain('? unknown');
  });

  test('what the operator’s side told long ago is not shown as good', async () => {
    writeStatus({ writtenAt: '2026-01-01T00:00:00.000Z', validUntil: '2026-01-01T00:15:00.000Z' });
    const { page } = await look();
    await page.goto(site.url());
    await drawn(page);
    expect(await page.locator('#backups').innerText()).toContain('? unknown');
    expect(await verdict(page).innerText()).toContain('1 not known');
  });

  test('text of others is text', async () => {
    state.message = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const { page, errors } = await look();
    await page.goto(site.url());
    await drawn(page);
    await verdict(page).getByText('1 problem: database: <img src=x').waitFor();
    expect(await page.locator('img, #page script').count()).toBe(0);
    expect(errors.filter((text) => !text.includes('503'))).toEqual([]);
  });

  test('in German, and it remembers the language somebody chose', async () => {
    const { page } = await look({ locale: 'de-DE' });
    await page.goto(site.url());
    await drawn(page);
    expect(await verdict(page).innerText()).toMatch(/^✓ gesund Keine Probleme/);
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Systemüberblick',
      'Hook-Leistung',
      'Hintergrundaufgaben',
      'Datenbank',
      'Alarme',
      'Vorfälle',
      'Kennzahlen',
      'Sicherungen',
      'Wartung',
    ]);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'System overview' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'System overview' }).waitFor();
  });
});

describe('for everybody', () => {
  test.each([
    ['light, wide', { colorScheme: 'light', viewport: { width: 1400, height: 900 } }],
    ['dark, phone, German', { colorScheme: 'dark', viewport: { width: 390, height: 800 }, locale: 'de-DE' }],
  ] as const)('%s: no finding of axe, nothing wider than the screen', async (_name, options) => {
    state.message = 'refuses connections';
    const { page } = await look(options);
    await page.goto(site.url());
    await drawn(page);
    // Not those of the host: hundreds of rows are no different from a few.
    await page.evaluate(`for (const one of document.querySelectorAll('#hooks figure details')) one.open = true`);
    await page.evaluate(axe.source);
    const { violations: found } = await page.evaluate<AxeResults>('axe.run()');
    const violations = found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect(violations).toEqual([]);
    const [content, screen] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    );
    expect(content).toBeLessThanOrEqual(screen);
  });

  test('a wall: panels side by side', async () => {
    const { page } = await look({ viewport: { width: 2560, height: 1440 } });
    await page.goto(site.url());
    await drawn(page);
    const places = await page.evaluate<number[]>(
      `[...document.querySelectorAll('.panel')].map(({ offsetTop }) => offsetTop)`,
    );
    expect(new Set(places.slice(0, 4)).size).toBe(1);
  });

  test('by keyboard: everything is reached, and arrow keys read a chart', async () => {
    const { page } = await look();
    await page.goto(site.url());
    await drawn(page);
    const chart = page.locator('#overview .plot').first();
    const newest = await chart.getAttribute('aria-label');
    expect(newest).toMatch(/^Host usage: CPU [\d.]+%, Memory [\d.]+%, Disk [\d.]+%, .*Arrow keys/);
    await chart.focus();
    await page.keyboard.press('Home');
    await page.locator(`#overview figure:first-of-type .plot:not([aria-label=${JSON.stringify(newest)}])`).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: '7 days' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('button', { name: '7 days' }).getAttribute('aria-pressed')).toBe('true');
  });
});

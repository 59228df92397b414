import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { HealthCheck, QueueSource } from '../../src/lib/monitor/index.js';
import { figure, useBrowser, useSite, verdict } from '../support/page.js';

const state = { message: '', ready: 3, queueHangs: false };

const check: HealthCheck = {
  name: 'database',
  check: async () =>
    state.message ? { status: 'critical', message: state.message } : { status: 'healthy', message: 'answers' },
};
const queue: QueueSource = {
  name: 'mail',
  read: () =>
    state.queueHangs
      ? new Promise<never>(() => undefined)
      : Promise.resolve({
          states: { ready: state.ready, failed: 0 },
          readyByType: { mail: state.ready },
          oldestReadyAgeSeconds: 4.5,
          processedPerMinute: 1,
          completed: 9,
          averageProcessingMs: 12,
        }),
};

const look = useBrowser();
const site = useSite(() => ({ checks: [check], deadlineMs: 3_000 }));

beforeAll(() => void site.monitor().queues.register(queue));
beforeEach(() => void Object.assign(state, { message: '', ready: 3, queueHangs: false }));

describe('as time goes on', () => {
  test('what changes is told by the stream', async () => {
    const { page } = await look();
    await page.goto(site.url());
    await verdict(page).getByText('No problems').waitFor();
    Object.assign(state, { ready: 44, message: 'refuses connections' });
    await figure(page, 'jobs', 'Waiting').getByText('44').waitFor();
    await verdict(page).getByText('1 problem: database: refuses connections').waitFor();
  });

  test('a backend that goes away and comes back: stale, asked for, live again from the last event on', async () => {
    const { page } = await look();
    await page.goto(site.url());
    await verdict(page).getByText('No problems').waitFor();
    const before = site.lastEventIds.length;
    await site.close();
    await page.getByText('asking every 10 s').waitFor();
    await page.locator('#jobs.stale').waitFor();
    expect(await page.locator('#jobs .age').innerText()).toMatch(
      /^as of \d\d:\d\d:\d\d stale the application cannot be reached$/,
    );
    await verdict(page).getByText('not known').waitFor();
    expect(await figure(page, 'jobs', 'Waiting').innerText()).toBe('3');
    state.ready = 12;
    await site.open();
    await page.locator('.connection').getByText('live').waitFor({ timeout: 60_000 });
    await figure(page, 'jobs', 'Waiting').getByText('12').waitFor();
    expect(site.lastEventIds.slice(before).at(-1)).toMatch(/^[0-9a-f]{8}-\d+$/);
  }, 90_000);

  test('a source that gives no answer costs its own panel alone, which says so', async () => {
    const { page } = await look();
    await page.goto(site.url());
    await figure(page, 'jobs', 'Waiting').getByText('3').waitFor();
    state.queueHangs = true;
    await page.locator('#jobs .age').getByText('stale cannot be read').waitFor();
    await page.locator('#overview:not(.stale) .age', { hasText: 'as of' }).waitFor();
    await verdict(page).getByText('not known').waitFor();
    expect(await figure(page, 'jobs', 'Waiting').innerText()).toBe('3');
  }, 40_000);
});

describe('behind a secret', () => {
  const closed = useSite(() => ({ secret: 'a-secret-of-the-page-test' }));

  test('somebody signs in, and is asked again once the session is gone', async () => {
    const { page, errors } = await look();
    await page.goto(closed.url());
    await page.getByLabel('Monitoring secret').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Monitoring secret').fill('a-secret-of-the-page-test');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'System overview' }).waitFor();
    expect(page.url()).toBe(closed.url());
    expect(errors.filter((text) => !text.includes('401') && !text.includes('503'))).toEqual([]);
    await page.context().clearCookies();
    await closed.close();
    await closed.open();
    await page.locator('.connection').getByText('Your session has ended.').waitFor();
  });
});

/** The commands on top of the hook-monitoring API, as an operator calls them. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import daily from '../../src/commands/performance/daily.js';
import type { Bottlenecks, PerformanceHistory } from '../../src/lib/contract/index.js';
import { run, temporaryDirectory } from '../support/run.js';
import { serve, serveApi } from '../support/stub-server.js';
import { type Hook, timeOf, weekOf } from './histories.js';

const hooks: readonly Hook[] = [
  { contentType: 'api::match.match', factor: (hour) => (hour >= 260 ? 2 : 1), seed: 3 },
  { contentType: 'api::team.team', seed: 4 },
];

interface Answers {
  readonly current?: PerformanceHistory;
  readonly changes?: unknown;
}

/** An application with two weeks of history, which answers the week before only when it is asked for. */
const application = ({ current = weekOf(hooks, 1), changes }: Answers = {}) =>
  serve((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const path = url.pathname.replace('/api/hook-monitoring', '');
    const previous = url.searchParams.get('to') === timeOf(168) && url.searchParams.get('from') === timeOf(0);
    const answer = {
      '/performance/history': url.searchParams.size === 0 ? current : previous && weekOf(hooks, 0),
      '/config/changes': changes,
    }[path];
    response.setHeader('content-type', 'application/json');
    response.statusCode = answer ? 200 : 404;
    response.end(JSON.stringify(answer ?? null));
  });

/** Runs in a directory of its own, against this address. */
function operator(url: string) {
  const directory = temporaryDirectory();
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ app: { url, timeout: '5s' }, stateDirectory: join(directory, 'state') }), {
    mode: 0o600,
  });
  const call = (line: string) => run([...line.split(' '), '--config', config], { cwd: directory });
  const json = async (line: string) => {
    const ran = await call(`${line} --json`);
    return { ...ran, document: JSON.parse(ran.stdout) };
  };
  return { directory, call, json };
}

describe('performance trends', () => {
  const changes = [
    {
      timestamp: timeOf(259.5),
      instance: 'a',
      seen: 'boot',
      digest: 'd',
      changes: [{ path: 'plugin.x', kind: 'changed' }],
    },
  ];

  test('this week against the one before it, with what happened around it', async () => {
    const { json } = operator(await application({ changes }));
    const { code, document } = await json('performance trends');
    expect({ code, status: document.status }).toEqual({ code: 0, status: 'warning' });
    expect(document.result).toMatchObject({
      window: { from: timeOf(168) },
      previous: { from: timeOf(0), to: timeOf(168) },
      hooks: [
        { contentType: 'api::match.match', verdict: 'slower', around: [{ kind: 'configuration' }] },
        { contentType: 'api::team.team', verdict: 'steady', around: [] },
      ],
    });
  });

  test('an answer longer than others may be', async () => {
    const current = weekOf(hooks, 1);
    const padding = 'x'.repeat(6_000_000);
    const { call } = operator(await application({ current: { ...current, padding } as PerformanceHistory }));
    expect((await call('performance trends')).code).toBe(0);
  });

  test('on the screen: the verdict first, the reason below', async () => {
    const { call } = operator(await application({ changes }));
    const { stdout } = await call('performance trends');
    expect(stdout).toMatch(/^WARNING {2}performance trends: 1 of 2 hooks slower, 0 faster, against the week before/);
    expect(stdout).toMatch(/slower \+\d+ %/);
    expect(stdout).toContain('configuration new at a start: plugin.x changed');
  });

  test('a backend that keeps no changes has trends all the same', async () => {
    const { json } = operator(await application());
    expect((await json('performance trends')).document.result.hooks[0]).toMatchObject({
      verdict: 'slower',
      around: [],
    });
  });

  test('a backend without the route: no verdict, and why', async () => {
    const { json } = operator(await serveApi({}));
    const { code, document } = await json('performance trends');
    expect(code).toBe(4);
    expect(document).toMatchObject({
      status: 'unknown',
      error: { code: 'VOPS-API-NOT-OFFERED', message: expect.stringContaining('not offered by this backend') },
    });
  });

  test.each(['html', 'md', 'json'])('is kept as .%s, text of the application as text', async (ending) => {
    const nasty = { contentType: 'api::<img src=x>.|`_x', seed: 9 };
    const { call, directory } = operator(await application({ current: weekOf([...hooks, nasty], 1) }));
    expect((await call(`performance trends --report kept.${ending}`)).code).toBe(0);
    const kept = readFileSync(join(directory, `kept.${ending}`), 'utf8');
    expect(kept).toContain('api::match.match afterUpdate is slower');
    if (ending === 'json') expect(JSON.parse(kept).result.hooks).toHaveLength(3);
    else expect(kept).not.toContain('<img');
    expect(statSync(join(directory, `kept.${ending}`)).mode & 0o777).toBe(0o600);
  });

  test('a form that is not known is refused before anything is asked', async () => {
    const seen: never[] = [];
    const { json } = operator(await serveApi({}, seen));
    expect(await json('performance trends --report kept.pdf')).toMatchObject({
      code: 2,
      document: { error: { code: 'VOPS-USAGE' } },
    });
    expect(seen).toEqual([]);
  });
});

describe('performance daily and weekly', () => {
  const { report } = daily.sample;

  test.each([
    ['daily', '/performance/daily-report'],
    ['weekly', '/performance/weekly'],
  ])('%s: judged by the KPIs, kept with charts', async (name, path) => {
    const { call, directory } = operator(await serveApi({ [path]: { ...report, errorRate: 0.06 } }));
    const { code, stdout } = await call(`performance ${name} --report kept.html`);
    expect(code).toBe(1);
    expect(stdout).toContain('VOPS-PERFORMANCE-ERROR-RATE');
    const kept = readFileSync(join(directory, 'kept.html'), 'utf8');
    expect(kept.match(/<svg/g)).toHaveLength(2);
    expect(kept).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  test('nothing recorded, nothing drawn, no verdict', async () => {
    const none = { totalExecutions: 0, averageExecutionTime: null, errorRate: null, hooks: [], buckets: [] };
    const answer = { ...none, window: { ...report.window, coverage: 0 } };
    const { call, directory } = operator(await serveApi({ '/performance/weekly': answer }));
    expect((await call('performance weekly --report kept.md')).code).toBe(4);
    expect(readFileSync(join(directory, 'kept.md'), 'utf8')).not.toContain('data:image');
  });
});

describe('performance bottlenecks', () => {
  const window = { from: timeOf(0), to: timeOf(24), coverage: 1 };
  const hook = { contentType: 'a', operation: 'b', shareOfTime: 0.4, averageExecutionTime: 20, reason: 'adds up' };

  test('each with what helps; one of an older backend with what is missing', async () => {
    const answer: Bottlenecks = { window, bottlenecks: [{ ...hook, cause: 'queries', averageQueries: 14 }, hook] };
    const { json, call } = operator(await serveApi({ '/performance/bottlenecks': answer }));
    expect((await json('performance bottlenecks')).document.result.bottlenecks).toMatchObject([
      { suggestion: expect.stringContaining('one query') },
      { suggestion: expect.stringContaining('update the application side') },
    ]);
    expect((await call('performance bottlenecks')).stdout).toMatch(/^OK {2}performance bottlenecks: a b takes 40 %/);
  });

  test.each([
    [0, 4],
    [1, 0],
  ])('none at a coverage of %d', async (coverage, code) => {
    const { call } = operator(
      await serveApi({ '/performance/bottlenecks': { window: { ...window, coverage }, bottlenecks: [] } }),
    );
    expect((await call('performance bottlenecks')).code).toBe(code);
  });
});

describe('performance baseline', () => {
  const baselines = (directory: string) => join(directory, 'state', 'performance', 'baselines', 'default');

  test('saved, compared, not replaced by mistake', async () => {
    const before = operator(await application({ current: weekOf(hooks, 0) }));
    expect(await before.json('performance baseline save')).toMatchObject({
      code: 0,
      document: { result: { isSaved: true } },
    });
    expect(await before.json('performance baseline save')).toMatchObject({
      code: 2,
      document: { error: { code: 'VOPS-USAGE', hint: expect.stringContaining('--replace') } },
    });
    expect((await before.call('performance baseline save --replace')).code).toBe(0);
    expect(readdirSync(baselines(before.directory))).toEqual(['default.json']);
    expect(statSync(join(baselines(before.directory), 'default.json')).mode & 0o777).toBe(0o600);

    const after = operator(await application());
    mkdirSync(baselines(after.directory), { recursive: true, mode: 0o700 });
    writeFileSync(
      join(baselines(after.directory), 'default.json'),
      readFileSync(join(baselines(before.directory), 'default.json')),
    );
    const { code, document } = await after.json('performance baseline compare --fail-on warning');
    expect(code).toBe(1);
    expect(document.result).toMatchObject({ name: 'default', hooks: [{ verdict: 'slower' }, { verdict: 'steady' }] });
  });

  test('a dry run shows what would be kept, and keeps nothing', async () => {
    const { json, directory } = operator(await application());
    const { document } = await json('performance baseline save --dry-run');
    expect(document.result).toMatchObject({ isSaved: false, history: { hooks: [{}, {}] } });
    expect(readdirSync(directory)).toEqual(['config.json']);
  });

  test('of a week with which nothing can be compared: kept, and said', async () => {
    const current = weekOf([{ contentType: 'a', runs: () => 1 }], 1);
    const { json } = operator(await application({ current }));
    expect((await json('performance baseline save')).document).toMatchObject({
      status: 'warning',
      findings: [{ code: 'VOPS-PERFORMANCE-SHORT-HISTORY' }],
      result: { isSaved: true },
    });
  });

  test.each(['../../escape', 'a b', 'x'.repeat(65)])('a name that is none: %s', async (name) => {
    const directory = temporaryDirectory();
    expect((await run(['performance', 'baseline', 'save', '--name', name], { cwd: directory })).code).toBe(2);
  });

  test('one that is not there is named with those that are; a damaged one says how to mend it', async () => {
    const { call, json, directory } = operator(await application());
    expect((await json('performance baseline compare')).document.error.message).toContain('there is none yet');
    await call('performance baseline save --name spring');
    const other = await json('performance baseline compare --name autumn');
    expect(other).toMatchObject({
      code: 2,
      document: { error: { message: 'there is no baseline autumn: there are spring' } },
    });
    const file = join(baselines(directory), 'spring.json');
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    expect(await json('performance baseline compare --name spring')).toMatchObject({
      code: 1,
      document: { error: { code: 'VOPS-FILE', hint: expect.stringContaining('--replace') } },
    });
  });
});

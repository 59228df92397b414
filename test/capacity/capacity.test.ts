import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { CapacityReport, Predictions, Recorded, Trends } from '../../src/lib/capacity/index.js';
import { usagePoints } from '../../src/lib/capacity/usage.js';
import { useInstallation } from '../support/backend.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { serveApi } from '../support/stub-server.js';

const DAY_MS = 86_400_000;
const installation = useInstallation();

describe('capacity record', () => {
  const env = () => ({ VIKTORIA_OPS_CONFIG: installation.config });
  const directory = join(installation.directory, 'state', 'capacity', 'default');

  test('a dry run shows the sample and keeps nothing', async () => {
    const { code, stdout } = await run(['capacity', 'record', '--dry-run'], { env: env() });
    expect(code).toBe(0);
    expect(stdout).toContain('would be kept');
    expect(existsSync(directory)).toBe(false);
  });

  test('disk, inodes, database, tables, connections, sequences, ids, queue and usage, as one line', async () => {
    const { code, document } = await runJson(['capacity', 'record'], { env: env() });
    expect(code).toBe(0);
    const { sample } = Recorded.parse(document.result);
    const { resources } = sample;
    expect(resources['disk /']?.limit).toBeGreaterThan(Number(resources['disk /']?.value));
    expect(resources[`database ${installation.database}`]).toMatchObject({ limit: null });
    expect(Object.keys(resources).filter((name) => name.startsWith('table '))).not.toEqual([]);
    expect(Object.keys(resources).filter((name) => name.startsWith('sequence public.'))).not.toEqual([]);
    expect(resources.xid).toMatchObject({ limit: 2 ** 31 });
    expect(resources.connections?.value).toBeGreaterThan(0);
    expect(resources['queue-size']).toBeDefined();
    const [file = ''] = readdirSync(directory);
    expect(file).toBe(`${sample.at.slice(0, 7)}.jsonl`);
    expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, file), 'utf8')).toBe(`${JSON.stringify(sample)}\n`);
  });

  test('a second one the same day is added; the months beyond those kept go', async () => {
    for (let month = 1; month <= 12; month++) {
      writeFileSync(join(directory, `2020-${String(month).padStart(2, '0')}.jsonl`), '');
    }
    writeFileSync(join(directory, '2199-01.jsonl'), ''); // of a clock that was wrong: it takes no place of theirs
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    const config = installation.variant('two.json', { capacity: { keepMonths: 2 } });
    await run(['capacity', 'record'], { env: { VIKTORIA_OPS_CONFIG: config } });
    const [, current = '', , notes] = readdirSync(directory);
    expect(readdirSync(directory)).toEqual(['2020-12.jsonl', current, '2199-01.jsonl', 'notes.txt']);
    expect(notes).toBe('notes.txt');
    expect(readFileSync(join(directory, current), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  test('what cannot be read is said, and the rest is kept', async () => {
    const config = installation.variant('lost.json', {
      app: { url: 'http://127.0.0.1:9' },
      database: { port: 9 },
    });
    const { code, document } = await runJson(['capacity', 'record'], { env: { VIKTORIA_OPS_CONFIG: config } });
    expect(code).toBe(4);
    expect(Object.keys(document.result.sample.resources)).toContain('disk /');
    expect(document.findings.map(({ message }: { message: string }) => message.split(':')[0])).toEqual([
      'this sample lacks the database',
      'this sample lacks the queue',
      'this sample lacks the usage of the application',
    ]);
  });
});

/** A state directory with samples of the days before today, and a backend that answers as told. */
async function history(
  resourcesAt: (index: number) => Record<string, { value: number; limit: number | null }>,
  { days = 100, until = Date.now(), usage }: { days?: number; until?: number; usage?: unknown } = {},
) {
  const directory = temporaryDirectory();
  const journal = join(directory, 'state', 'capacity', 'default');
  mkdirSync(journal, { recursive: true, mode: 0o700 });
  const today = Math.floor(until / DAY_MS) * DAY_MS;
  for (let index = 0; index < days; index++) {
    const at = new Date(today - (days - 1 - index) * DAY_MS + 3_600_000).toISOString();
    appendFileSync(
      join(journal, `${at.slice(0, 7)}.jsonl`),
      `${JSON.stringify({ at, resources: resourcesAt(index) })}\n`,
    );
  }
  const url = await serveApi(usage === undefined ? {} : { '/usage': usage });
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ app: { url }, stateDirectory: join(directory, 'state') }), { mode: 0o600 });
  return { directory, journal, env: { VIKTORIA_OPS_CONFIG: config } };
}

const disk = (value: number) => ({ 'disk /': { value, limit: 1e11 } });
/** 60 GB, and a GB a day. */
const growing = (index: number) => disk(6e10 + 1e9 * index + 2e8 * Math.sin(index));

describe('capacity predict', () => {
  test('full between A and C, most likely B; soon is a warning, sooner an error', async () => {
    // 80 GB at the end: 20 days to go.
    const { env } = await history(growing, { days: 21 });
    const { code, stdout } = await run(['capacity', 'predict'], { env });
    expect(stdout).toMatch(
      /^WARNING {2}capacity predict: disk \/: full between 20\d\d-\d\d-\d\d and (later than )?20\d\d-\d\d-\d\d, most likely 20\d\d-\d\d-\d\d\n/,
    );
    expect(code).toBe(0);
    const near = await history(growing, { days: 31 });
    const { document, code: nearCode } = await runJson(['capacity', 'predict'], { env: near.env });
    expect(nearCode).toBe(1);
    expect(document.findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'VOPS-CAPACITY-FULL', severity: 'error' })]),
    );
    const { resources } = Predictions.parse(document.result);
    expect(resources[0]).toMatchObject({ resource: 'disk /', state: 'forecast', points: 31 });
  });

  test('it is full already', async () => {
    const { env } = await history(() => disk(1e11));
    expect(await run(['capacity', 'predict'], { env })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('disk /: full\n'),
    });
  });

  test('flat: no trend, no date', async () => {
    const { env } = await history((index) => disk(6e10 + 1e8 * Math.sin(index * index)));
    const { code, document } = await runJson(['capacity', 'predict'], { env });
    expect(code).toBe(0);
    expect(document.result.resources[0].daysToLimit).toBeNull();
  });

  test('no history, and three samples', async () => {
    const none = await history(growing, { days: 0 });
    const { code, document } = await runJson(['capacity', 'predict'], { env: none.env });
    expect(code).toBe(4);
    expect(document.findings[0]).toMatchObject({ code: 'VOPS-CAPACITY-NO-HISTORY', severity: 'unknown' });
    const three = await history(growing, { days: 3 });
    const { code: threeCode, stdout } = await run(['capacity', 'predict'], { env: three.env });
    expect(threeCode).toBe(4);
    expect(stdout).toContain('insufficient data: 3 of 8 days with a sample, over 2 of 7 days');
  });

  test('a horizon beyond the history is refused; --force answers and says so', async () => {
    const { env } = await history(growing, { days: 20 });
    const refused = await runJson(['capacity', 'predict', '--horizon', '6months'], { env });
    expect(refused.code).toBe(4);
    expect(refused.document.result).toMatchObject({ horizonDays: 183, resources: [{ state: 'horizon_refused' }] });
    expect(refused.document.findings[0]).toMatchObject({ hint: expect.stringContaining('--horizon 19d') });
    const forced = await runJson(['capacity', 'predict', '--horizon', '6months', '--force'], { env });
    expect(forced.document.result.resources[0]).toMatchObject({ state: 'forecast', isBeyondHistory: true });
    expect(forced.document.findings.map(({ code }: { code: string }) => code)).toContain('VOPS-CAPACITY-FORCED');
  });

  test.each(['6', '6m', '0d', '20years', 'soon'])('--horizon %s is refused', async (horizon) => {
    const { code, stderr } = await run(['capacity', 'predict', '--horizon', horizon]);
    expect(code).toBe(2);
    expect(stderr).toContain('such as 90d, 12w, 6months or 1year');
  });

  test('--metric takes a kind, a resource, several; a slip of the finger is met', async () => {
    const { env } = await history((index) => ({
      ...growing(index),
      'inodes /': { value: 5, limit: 10 },
      xid: { value: 9, limit: 99 },
    }));
    const named = async (metric: string) =>
      (await runJson(['capacity', 'predict', '--metric', metric], { env })).document.result.resources.map(
        ({ resource }: { resource: string }) => resource,
      );
    expect(await named('disk')).toEqual(['disk /']);
    expect((await named('xid, inodes /')).sort()).toEqual(['inodes /', 'xid']);
    const { code, stderr } = await run(['capacity', 'predict', '--metric', 'dsik'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean disk?');
  });

  test('lines that a crash cut short, or of another make, are passed over', async () => {
    const { env, journal } = await history(growing, { days: 20 });
    const last = readdirSync(journal).sort().at(-1) ?? '';
    appendFileSync(join(journal, last), '\n{"at":"x"}\n[]\n\u0000\u0001\n{"at":"2026-11-');
    const { document } = await runJson(['capacity', 'predict'], { env });
    expect(document.result.resources[0].points).toBe(20);
  });

  test('what the application remembers joins the own samples, whole days only', async () => {
    const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    const usage = Array.from({ length: 480 }, (_, index) => ({
      timestamp: new Date(midnight - 20 * DAY_MS + index * 3_600_000).toISOString(),
      cpu: 0.2,
      memory: 0.3 + index / 2_000,
      disk: 0.5,
      network: 10,
      activeUsers: 3,
      requestsPerSecond: 7,
      instance: `a${index % 2}`,
    }));
    const { env } = await history(growing, { usage });
    const { document, code } = await runJson(['capacity', 'predict', '--metric', 'memory,disk,cpu'], { env });
    expect(code).toBe(1);
    const { resources } = Predictions.parse(document.result);
    expect(resources.find(({ resource }) => resource === 'memory')).toMatchObject({
      points: 20,
      limit: 1,
      unit: 'share',
    });
    expect(resources).toHaveLength(3);
  });

  test('old samples: the forecast begins there, and that is said', async () => {
    const { env } = await history(growing, { days: 30, until: Date.now() - 40 * DAY_MS });
    const { document } = await runJson(['capacity', 'predict'], { env });
    expect(document.findings.map(({ code }: { code: string }) => code)).toContain('VOPS-CAPACITY-STALE');
  });

  test('a sample of the future, of a clock that was wrong, is left out and said', async () => {
    const { env, journal } = await history(growing, { days: 31 });
    const { document: before } = await runJson(['capacity', 'predict'], { env });
    const at = new Date(Date.now() + 300 * DAY_MS).toISOString();
    appendFileSync(join(journal, `${at.slice(0, 7)}.jsonl`), `${JSON.stringify({ at, resources: disk(9e10) })}\n`);
    const { document, code } = await runJson(['capacity', 'predict'], { env });
    expect(code).toBe(1);
    expect(document.result).toEqual(before.result);
    expect(document.findings).toContainEqual(
      expect.objectContaining({ code: 'VOPS-CAPACITY-FUTURE', message: expect.stringContaining(at) }),
    );
  });

  test('what is not sampled any more, as a disk that was replaced, is no alarm of today', async () => {
    const { env } = await history((index) => ({
      ...disk(5e10),
      ...(index < 40 && { 'disk /old': { value: 9e10 + 2e8 * index, limit: 1e11 } }),
      ...(index < 50 && { 'inodes /old': { value: 10, limit: 10 } }),
    }));
    const { document, code } = await runJson(['capacity', 'predict'], { env });
    expect(code).toBe(0);
    const full = document.findings.filter((finding: { code: string }) => finding.code === 'VOPS-CAPACITY-FULL');
    expect(full).toEqual([
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('inodes /old is used up, by') }),
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('disk /old full between') }),
    ]);
    expect(full[1].message).toMatch(/, by its last sample, of 20\d\d-\d\d-\d\d$/);
  });

  test('--from a file, relative to where it is typed', async () => {
    const { env } = await history(growing, { days: 0 });
    const cwd = temporaryDirectory();
    const rows = Array.from({ length: 60 }, (_, index) => {
      const time = new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
      return `${time},${100 + 2 * index},<b>${index}`;
    });
    writeFileSync(join(cwd, 'usage.csv'), `time,size,"<b>note"\n${rows.join('\n')}\n`);
    const argv = ['capacity', 'predict', '--from', 'usage.csv', '--full-at', '300'];
    const { document, code } = await runJson(argv, { env, cwd });
    expect(code).toBe(0);
    expect(document.result).toMatchObject({ from: join(cwd, 'usage.csv'), resources: [{ resource: 'size' }] });
    // 218 at the end of February; 41 days on it is 300.
    expect(document.result.resources[0].daysToLimit.likely).toBe(41);
    expect(await run(['capacity', 'predict', '--from', 'absent.csv'], { env, cwd })).toMatchObject({ code: 1 });
  });
});

test('capacity trends: the slope of a week with its interval', async () => {
  const { env } = await history((index) => ({
    ...growing(index),
    'inodes /': { value: 1000 + Math.sin(index * index), limit: null },
    'table public.new': { value: index, limit: null },
    ...(index > 95 ? { 'table public.young': { value: 1, limit: null } } : {}),
  }));
  const { document, code } = await runJson(['capacity', 'trends'], { env });
  expect(code).toBe(0);
  const trends = Trends.parse(document.result).resources;
  expect(trends.map(({ resource, direction }) => [resource, direction])).toEqual([
    ['table public.new', 'growing'],
    ['disk /', 'growing'],
    ['inodes /', 'steady'],
    ['table public.young', 'insufficient_data'],
  ]);
  const week = trends[1]?.perWeek;
  expect(week?.likely).toBeCloseTo(7e9, -8);
  expect(week?.low).toBeLessThan(Number(week?.likely));
  expect(week?.high).toBeGreaterThan(Number(week?.likely));
  const { stdout } = await run(['capacity', 'trends', '--window', '30d', '--metric', 'disk'], { env });
  expect(stdout).toMatch(/^OK {2}capacity trends: 1 of 1 resource grows\ndisk \/\tgrowing\t\+7\.\d GB\t/);
});

describe('capacity report', () => {
  let env: Record<string, string>;
  let cwd: string;
  beforeEach(async () => {
    const made = await history((index) => ({
      ...growing(index / 4),
      'table public."<script>|x"': { value: 1e6 + index, limit: null },
    }));
    env = made.env;
    cwd = made.directory;
  });

  test('figures, change over the period, course and forecast', async () => {
    const { document } = await runJson(['capacity', 'report', '--period', 'weekly'], { env, cwd });
    const { entries, reportFile } = CapacityReport.parse(document.result);
    expect(reportFile).toBeNull();
    expect(entries[0]?.prediction.resource).toBe('disk /');
    expect(entries[0]?.course).toHaveLength(8);
    expect(entries[0]?.change?.absolute).toBeCloseTo(7e9 / 4, -9);
    const { stdout } = await run(['capacity', 'report'], { env, cwd });
    expect(stdout).toMatch(/disk \/\t\d+\.\d GB\t100\.0 GB\t\d+\.?\d* %\t\+\d\.\d GB\t[▁▂▃▄▅▆▇█]{31}\tfull between/);
  });

  test('as one HTML page: nothing runs, nothing is fetched, names are text', async () => {
    const { document } = await runJson(['capacity', 'report', '--report', 'r.html'], { env, cwd });
    expect(document.result.reportFile).toBe(join(cwd, 'r.html'));
    const page = readFileSync(join(cwd, 'r.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain('<td>table public.&quot;&lt;script&gt;|x&quot;</td>');
    expect(page).not.toMatch(/<script|<link|src=|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    expect(page.match(/<svg class="chart" role="img"/g)).toHaveLength(2);
    expect(page).toContain('<title>disk /</title><desc>full between');
    expect(page).toContain('prefers-color-scheme:dark');
  });

  test('as Markdown, the charts as pictures', async () => {
    await run(['capacity', 'report', '--report', 'r.md'], { env, cwd });
    const text = readFileSync(join(cwd, 'r.md'), 'utf8');
    expect(text).toContain('| table public."&lt;script\\>\\|x" | 1.0 MB |');
    const picture = /!\[disk \/\]\(data:image\/svg\+xml;base64,([\w+/=]+)\)/.exec(text)?.[1] ?? '';
    expect(Buffer.from(picture, 'base64').toString()).toMatch(
      /^<svg class="chart".*<style>.*<title>disk \/<\/title>.*<\/svg>$/s,
    );
  });

  test('a name that says no form is refused before anything is read', async () => {
    expect(await run(['capacity', 'report', '--report', 'r.pdf'], { env, cwd })).toMatchObject({ code: 2 });
  });
});

test('what several instances serve is added up, what their hosts use is not', () => {
  const line = { timestamp: '2026-11-01T03:00:00.000Z', cpu: 0.2, memory: 0, disk: 0, network: 0 };
  const points = usagePoints([
    { ...line, activeUsers: 2, requestsPerSecond: 5, instance: 'a' },
    { ...line, activeUsers: 3, requestsPerSecond: 6, instance: 'b' },
  ]);
  const valuesOf = (wanted: string) => points.filter(({ measure }) => measure === wanted).map(({ value }) => value);
  expect(valuesOf('requestsPerSecond')).toEqual([11]);
  expect(valuesOf('activeUsers')).toEqual([5]);
  expect(valuesOf('cpu')).toEqual([0.2, 0.2]);
});

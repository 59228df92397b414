import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { FlagList, FlagReport, FlagUsageReport } from '../../src/lib/flags/index.js';
import { migrate } from '../../src/lib/monitor/archive/migrations.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { serveApi } from '../support/stub-server.js';

const DAY_MS = 86_400_000;
const dayBefore = (count: number) => new Date(Date.now() - count * DAY_MS).toISOString().slice(0, 10);
const database = useDatabase();

const told = (name: string, more: object = {}) => ({
  name,
  source: 'file',
  enabled: true,
  percentage: null,
  known: true,
  evaluations: 3,
  enabledEvaluations: 3,
  lastEvaluation: new Date().toISOString(),
  ...more,
});
const FLAGS = [
  told('switched', { owner: 'anna' }),
  told('steady', { expires: dayBefore(1) }),
  told('rollout', { enabled: null, percentage: 25 }),
  told('forgotten', { evaluations: 0, enabledEvaluations: 0, lastEvaluation: null }),
  told('typo', { known: false, enabled: null }),
];

interface Site {
  readonly flags?: unknown;
  readonly changes?: unknown;
  readonly files?: Readonly<Record<string, string>>;
  readonly sections?: object;
  readonly port?: number;
}

async function site({ flags = FLAGS, changes = [], files = {}, sections = {}, port = testServer.port }: Site = {}) {
  const directory = temporaryDirectory();
  const root = join(directory, 'backend');
  mkdirSync(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const url = await serveApi({ '/feature-flags': flags, '/config/changes': changes });
  const config = join(directory, 'config.json');
  const base = { app: { url, root }, database: { ...testServer, port, database: database.name, sslmode: 'disable' } };
  writeFileSync(config, JSON.stringify({ ...base, stateDirectory: join(directory, 'state'), ...sections }), {
    mode: 0o600,
  });
  return { directory, root, env: { VIKTORIA_OPS_CONFIG: config } };
}

const codesOf = ({ findings }: { findings: { code: string }[] }) => findings.map(({ code }) => code);

beforeAll(async () => {
  await migrate(
    async <Row>(text: string, values: readonly unknown[] = []) =>
      (await sql(database.name, text, [...values])) as Row[],
  );
  // Two instances; "switched" went on 12 days ago, and the hooks became faster by a third with it.
  const evaluations = [0, 1].flatMap((instance) =>
    Array.from({ length: 40 }, (_, ago) => [
      ['switched', dayBefore(ago), instance, 10, ago <= 12 ? 10 : 0],
      ['steady', dayBefore(ago), instance, 5, 5],
      ['rollout', dayBefore(ago), instance, 40, 11],
    ]).flat(),
  );
  for (const [flag, day, instance, all, on] of evaluations) {
    await sql(database.name, `insert into viktoria_ops.flag_evaluations values ($1, $2, $3, $4, $5, now())`, [
      flag,
      day,
      `i${instance}`,
      all,
      on,
    ]);
  }
  await sql(database.name, `insert into viktoria_ops.flag_evaluations values ('elsewhere', $1, 'i0', 7, 0, now())`, [
    dayBefore(2),
  ]);
  for (let ago = 0; ago < 40; ago++) {
    const totalMs = (ago < 12 ? 2_000 : 3_000) + 30 * (ago % 7);
    await sql(
      database.name,
      `insert into viktoria_ops.rollups values ('day', $1::date::timestamp at time zone 'UTC', 'i0', 'hook', 'api::match.match', 'afterCreate', 'model', 1000, 0, 1, 0, 0, 0, $2, $2, 0, 9, '{}')`,
      [dayBefore(ago), totalMs],
    );
  }
});

describe('feature-flags list', () => {
  test('what each says now; expired and undefined ones are findings', async () => {
    const { env } = await site();
    const { code, stdout } = await run(['feature-flags'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^WARNING {2}feature-flags list: 5 flags: 3 on for everybody, 1 for a share\n/);
    expect(stdout).toMatch(/rollout\t25 %/);
    const { document } = await runJson(['feature-flags', 'list'], { env });
    expect(codesOf(document)).toEqual(['VOPS-FLAGS-UNDEFINED', 'VOPS-FLAGS-EXPIRED']);
    expect(FlagList.parse(document.result).flags.map(({ name }) => name)).toEqual([
      'forgotten',
      'rollout',
      'steady',
      'switched',
      'typo',
    ]);
  });

  test('no flags; a backend that is down, or knows none', async () => {
    const { env } = await site({ flags: [] });
    expect(await run(['feature-flags', 'list'], { env })).toMatchObject({ code: 0, stderr: '' });
    const down = await site({ sections: { app: { url: 'http://127.0.0.1:9' } } });
    expect(await run(['feature-flags', 'list'], { env: down.env })).toMatchObject({ code: 4 });
  });
});

describe('feature-flags usage', () => {
  test('evaluations of every instance; stale, unused; what only the history knows', async () => {
    const { env } = await site();
    const { code, document } = await runJson(['feature-flags', 'usage', '--window', '10d'], { env });
    expect(code).toBe(0);
    const { flags, windowDays } = FlagUsageReport.parse(document.result);
    expect(windowDays).toBe(10);
    const byName = new Map(flags.map((flag) => [flag.name, flag]));
    expect(byName.get('switched')?.usage).toMatchObject({
      evaluations: 220,
      enabledShare: 1,
      days: 11,
      answer: 'on',
      answerSince: dayBefore(12),
    });
    expect(byName.get('rollout')?.usage).toMatchObject({ answer: 'mixed' });
    expect(byName.get('steady')?.states).toEqual(['expired', 'stale']);
    expect(byName.get('forgotten')?.states).toEqual(['unused']);
    expect(byName.get('elsewhere')).toMatchObject({ source: null, enabled: null, states: [] });
    expect(codesOf(document)).toContain('VOPS-FLAGS-STALE');
  });

  test('the guide’s name for it, and the time after which a flag is stale', async () => {
    const { env } = await site({ sections: { featureFlags: { staleAfter: '60d' } } });
    const { document } = await runJson(['feature-flags', 'usage-summary'], { env });
    expect(document.command).toBe('feature-flags usage');
    expect(codesOf(document)).not.toContain('VOPS-FLAGS-STALE');
  });

  test('without its history the flags are listed all the same, and no verdict is', async () => {
    const lost = await site({ port: 9 });
    const { code, document } = await runJson(['feature-flags', 'usage'], { env: lost.env });
    expect(code).toBe(4);
    expect(codesOf(document)).toContain('VOPS-FLAGS-HISTORY');
    expect(document.result.flags).toHaveLength(5);
    const other = await site({ sections: { database: { ...testServer, database: 'postgres', sslmode: 'disable' } } });
    const empty = await runJson(['feature-flags', 'usage'], { env: other.env });
    expect(empty.document.findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'VOPS-FLAGS-HISTORY', severity: 'unknown' })]),
    );
  });
});

const SOURCE = {
  'src/index.ts': "export default { bootstrap() {} };\nconst on = flags.isEnabled('switched');\n",
  'src/api/match/services/table.js': "client.getBooleanValue(\n  'rollout',\n  false)\nisEnabled('tpyo')\n",
  'src/generated.ts': `const x = 'forgotten';${' '.repeat(2_000_001)}`,
  'src/video.ts': `G\0'steady'`,
  'node_modules/lib/index.js': "isEnabled('forgotten')",
  'dist/index.js': "isEnabled('forgotten')",
  'config/feature-flags.json': '{"flags":{"forgotten":{"enabled":true}}}',
};

describe('feature-flags report', () => {
  test('dead, undefined, changed; what it did; what was not searched', async () => {
    const changes = [0, 20].map((ago) => ({
      timestamp: new Date(Date.now() - ago * DAY_MS).toISOString(),
      instance: 'i',
      seen: 'running',
      digest: 'd',
      changes: [
        { path: 'config/feature-flags.json', kind: 'changed' },
        { path: 'config/server.ts', kind: 'changed' },
      ],
    }));
    const { env, root } = await site({ files: SOURCE, changes });
    symlinkSync('.', join(root, 'src', 'loop'));
    const { code, document } = await runJson(['feature-flags', 'report', '--window', '14d'], { env });
    expect(code).toBe(0);
    const result = FlagReport.parse(document.result);
    expect(result.flags.filter(({ states }) => states.includes('dead')).map(({ name }) => name)).toEqual(['forgotten']);
    expect(result.flags.find(({ name }) => name === 'switched')?.references).toEqual({
      count: 1,
      places: [{ file: 'src/index.ts', line: 2 }],
    });
    expect(result.undefinedReferences).toEqual([
      { name: 'tpyo', references: { count: 1, places: [{ file: 'src/api/match/services/table.js', line: 4 }] } },
    ]);
    expect(result.search).toMatchObject({
      files: 2,
      skipped: [
        { path: 'src/generated.ts', reason: 'large' },
        { path: 'src/loop', reason: 'link' },
        { path: 'src/video.ts', reason: 'binary' },
      ],
    });
    expect(result.changes).toMatchObject([
      { flag: 'switched', day: dayBefore(12), from: 'off', to: 'on', isNew: true },
    ]);
    expect(result.changes?.[0]?.effects).toMatchObject([
      { metric: 'duration', verdict: 'better', daysBefore: 14, daysAfter: 11 },
      { metric: 'errorRate', verdict: 'no_difference' },
    ]);
    expect(result.fileChanges).toHaveLength(1);
    expect(codesOf(document)).toEqual(expect.arrayContaining(['VOPS-FLAGS-DEAD', 'VOPS-FLAGS-REFERENCE-UNDEFINED']));
    const screen = await run(['feature-flags', 'weekly-report'], { env });
    expect(screen.stdout).toContain('off → on');
  });

  test('as Markdown, HTML and JSON; names are no markup', async () => {
    const files = { 'src/a.ts': "isEnabled('elsewhere'); isEnabled('<script>alert(1)</script>|`*')" };
    const { env, directory } = await site({ files });
    for (const name of ['r.md', 'r.html', 'r.json']) {
      await run(['feature-flags', 'report', '--report', join(directory, name)], { env });
    }
    const read = (name: string) => readFileSync(join(directory, name), 'utf8');
    expect(read('r.md')).toContain('&lt;script\\>alert(1)&lt;/script\\>\\|\\`\\*');
    expect(read('r.html')).toContain('&lt;script&gt;alert(1)');
    expect(read('r.html')).not.toContain('<script');
    expect(FlagReport.parse(JSON.parse(read('r.json'))).flags).toHaveLength(6);
    const { code, stderr } = await run(['feature-flags', 'report', '--report', 'r.pdf'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('end the name in .md, .html or .json');
  });

  test('names that only the program knows make "dead" a question; own patterns and places are searched', async () => {
    const files = {
      'src/a.ts': 'for (const name of names) isEnabled(name);',
      '../frontend/app.vue': "hasFeature('forgotten')",
    };
    const sections = { featureFlags: { source: ['.', '../frontend'], patterns: ["hasFeature\\('([^']+)'"] } };
    const { env } = await site({ files, sections });
    const { document } = await runJson(['feature-flags', 'report'], { env });
    expect(codesOf(document)).toContain('VOPS-FLAGS-DYNAMIC');
    const { flags, search } = FlagReport.parse(document.result);
    expect(flags.find(({ name }) => name === 'forgotten')?.references?.places).toEqual([
      { file: '../frontend/app.vue', line: 1 },
    ]);
    expect(search?.dynamic).toEqual({ count: 1, places: [{ file: 'src/a.ts', line: 1 }] });
  });

  test('no source is no verdict: nothing is dead', async () => {
    for (const sections of [{}, { featureFlags: { source: ['nowhere'] } }]) {
      const { env } = await site({ sections });
      const { code, document } = await runJson(['feature-flags', 'report'], { env });
      expect(code).toBe(4);
      expect(codesOf(document)).toContain('VOPS-FLAGS-SOURCE');
      expect(codesOf(document)).not.toContain('VOPS-FLAGS-DEAD');
    }
  });

  test.each([
    { pattern: 'isOn\\(', words: 'expected a group' },
    { pattern: '(a', words: 'expected a regular expression' },
    { pattern: '(a*)', words: 'matches the empty text' },
  ])('the pattern $pattern is refused', async ({ pattern, words }) => {
    const { env } = await site({ sections: { featureFlags: { patterns: [pattern] } } });
    const { code, stderr } = await run(['feature-flags', 'report'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

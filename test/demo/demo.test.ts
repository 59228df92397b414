import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Context } from '../../src/lib/context.js';
import { API_PREFIX } from '../../src/lib/contract/index.js';
import { DemoResult, demo } from '../../src/lib/demo/demo.js';
import { OperatorError } from '../../src/lib/errors.js';
import { get } from '../support/monitoring.js';

/** Holds the directories of this file's demonstrations, and nothing of others. */
const parent = mkdtempSync(join(tmpdir(), 'viktoria-ops-test-'));
afterAll(() => rmSync(parent, { recursive: true }));

/** So that a test that fails leaves no server behind. */
const unfinished: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of unfinished.splice(0)) await end();
});

const INTERRUPTED = new OperatorError('VOPS-SIGINT', 'interrupted by SIGINT');

/** The guide's addresses, as its scripts and manual checks call them. */
const GUIDE = [
  '/admin/monitoring',
  ...[
    'health',
    'performance',
    'performance/summary',
    'performance/daily-report',
    'performance/weekly',
    'performance/weekly-trends',
    'performance/bottlenecks',
    'errors/count/24h',
    'errors/recent',
    'jobs/queue/size',
    'metrics',
  ].map((route) => `${API_PREFIX}/${route}`),
];

interface Seen {
  readonly config: string;
  readonly modes: readonly string[];
  readonly answers: Readonly<Record<string, number>>;
  readonly logFiles: readonly string[];
}

/** Looks at the running demonstration in place of `maintenance daily`. */
async function inspect(config: string): Promise<Seen> {
  const directory = dirname(config);
  const { app } = JSON.parse(readFileSync(config, 'utf8'));
  const answers: Record<string, number> = {};
  for (const path of GUIDE) {
    answers[path] = (await get(app.url + path)).status;
  }
  const modes = [directory, config].map((path) => (statSync(path).mode & 0o777).toString(8));
  return { config, modes, answers, logFiles: readdirSync(join(app.root, 'logs')) };
}

/** A context whose clean-up the test runs, as the program does after the report. */
function testContext(onStage: (stage: string) => void = () => {}) {
  const controller = new AbortController();
  const closers: (() => Promise<void> | void)[] = [];
  const seen: Seen[] = [];
  const exec: Context['exec'] = async (_file, args, options) => {
    expect(args.slice(1, 3)).toEqual(['maintenance', 'daily']);
    expect(options?.okExitCodes).toEqual([0, 1, 3]);
    seen.push(await inspect(String(args.at(-1))));
    const reportFile = join(dirname(String(args.at(-1))), 'report.txt');
    writeFileSync(reportFile, 'WARNING  maintenance daily\nwarning  health\n');
    return { stdout: JSON.stringify({ result: { reportFile } }), stderr: '', exitCode: 3 };
  };
  const context = {
    env: { TMPDIR: parent },
    exec,
    signal: controller.signal,
    progress: { start: onStage, update: () => {}, finish: () => {} },
    onDispose: (close: () => Promise<void> | void) => void closers.push(close),
  };
  const dispose = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  unfinished.push(() => {
    controller.abort(INTERRUPTED);
    return dispose();
  });
  return { context, seen, dispose, interrupt: () => controller.abort(INTERRUPTED) };
}

const connects = async (database: DemoResult['database']): Promise<boolean> => {
  const client = new pg.Client({ ...database, connectionTimeoutMillis: 2_000 });
  const connected = await client.connect().then(
    () => true,
    () => false,
  );
  await client.end();
  return connected;
};

test('runs real things, answers every address of the guide, and with --keep stays up until the signal', async () => {
  const { context, seen, dispose, interrupt } = testContext();
  const { status, result } = await demo(context, { keep: true, seed: 2026 });
  expect(status).toBe('ok');
  expect(DemoResult.parse(result)).toEqual(result);
  expect(result.report).toEqual(['WARNING  maintenance daily', 'warning  health']);
  expect(result.exitCode).toBe(3);
  expect(seen[0]?.answers).toEqual(Object.fromEntries(GUIDE.map((path) => [path, 200])));
  expect(seen[0]?.modes).toEqual(['700', '600']);
  expect(seen[0]?.logFiles).toEqual(['backend.log', 'error.log']);
  expect(result.commands).toHaveLength(6);
  // Nobody has installed it: they work as they stand all the same.
  const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;
  const looked = spawnSync('sh', ['-c', String(result.commands[2])], { env: { PATH }, encoding: 'utf8' });
  expect(looked.stdout).toMatch(/ db health: Database /);

  let ended = false;
  const disposed = dispose().then(() => {
    ended = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ended).toBe(false);
  expect(await connects(result.database)).toBe(true);
  interrupt();
  await disposed;
  expect(existsSync(result.directory)).toBe(false);
  await expect(get(result.url)).rejects.toThrow('ECONNREFUSED');
  expect(await connects(result.database)).toBe(false);
}, 60_000);

test.each(['database', 'traffic'])(
  'a signal during "%s" ends it with the reason, and everything is cleaned up',
  async (stage) => {
    const { context, dispose, interrupt, seen } = testContext((started) => {
      if (started === stage) setTimeout(interrupt, 50);
    });
    await expect(demo(context, { keep: true, seed: 2026 })).rejects.toBe(INTERRUPTED);
    expect(readdirSync(parent)).toHaveLength(1);
    expect(servers()).toHaveLength(1);
    await dispose();
    expect(readdirSync(parent)).toEqual([]);
    expect(servers()).toEqual([]);
    expect(seen).toEqual([]);
  },
  60_000,
);

/** PostgreSQL servers this process has started, from /proc. */
function servers(): string[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.filter((pid) => {
    try {
      // proc(5): the name in parentheses, the state, the parent.
      const [, name, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return name === 'postgres' && Number(parent) === process.pid;
    } catch {
      return false; // it has just ended
    }
  });
}

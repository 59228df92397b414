import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Document } from '../../src/lib/document.js';
import { packageRoot } from '../../src/lib/package.js';
import { STATUSES, type Status } from '../../src/lib/status.js';
import { FORMATS } from '../../src/lib/terminal/formats.js';
import { writeTextfile } from '../../src/lib/textfile.js';
import { run, temporaryDirectory } from '../support/run.js';

const SCHEMA = join(packageRoot(), 'test', 'support', 'junit.xsd');

const document = (given: Partial<Document> = {}): Document => ({
  schemaVersion: 1,
  command: 'health',
  version: '1.0.0',
  host: 'h',
  environment: 'default',
  startedAt: '2026-11-23T03:00:00.000Z',
  durationMs: 412,
  status: 'ok',
  exitCode: 0,
  findings: [],
  ...given,
});

const finding = (message: string, severity: 'error' | 'warning' = 'error') => ({ code: 'VOPS-X', severity, message });

const step = (id: string, status: Status, message?: string) => ({
  id,
  status,
  durationMs: 20,
  summary: `${id} is ${status}`,
  findings: message === undefined ? [] : [finding(message)],
});

const tier = (steps: readonly object[], given: Partial<Document> = {}) =>
  document({ command: 'maintenance daily', result: { tier: 'daily', steps }, ...given });

/** What xmllint says of them: nothing when all are valid. */
function complaints(texts: readonly string[]): string {
  const directory = temporaryDirectory();
  const files = texts.map((text, index) => {
    writeFileSync(join(directory, `${index}.xml`), text);
    return join(directory, `${index}.xml`);
  });
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', SCHEMA, ...files], { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

const junit = (of: Document, summary = 's') => FORMATS.junit(of, summary).text;
const countsOf = (text: string) =>
  /tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(text)?.slice(1).map(Number);

describe('junit', () => {
  test('one case a step; an error is where there was no verdict', () => {
    const steps = STATUSES.map((status) => step(status, status));
    const text = junit(tier(steps, { status: 'partial', exitCode: 3 }));
    expect(countsOf(text)).toEqual([7, 2, 2, 1]);
    expect(text).toContain('<testcase name="failed" classname="viktoria-ops.maintenance.daily" time="0.020"><failure ');
    expect(complaints([text])).toBe('');
  });

  test.each<[string, Partial<Document>, number[]]>([
    ['good news', {}, [1, 0, 0, 0]],
    ['a warning', { status: 'warning', findings: [finding('w', 'warning')] }, [1, 0, 0, 0]],
    ['a warning with --fail-on warning', { status: 'warning', exitCode: 1 }, [1, 1, 0, 0]],
    ['bad news', { status: 'failed', exitCode: 1, findings: [finding('f')] }, [1, 1, 0, 0]],
    ['no verdict', { status: 'unknown', exitCode: 4 }, [1, 0, 1, 0]],
    [
      'a wrong call',
      { command: '', status: 'failed', exitCode: 2, error: { code: 'VOPS-USAGE', message: 'm' } },
      [1, 0, 1, 0],
    ],
  ])('%s is one case', (_, given, expected) => {
    const text = junit(document(given));
    expect(countsOf(text)).toEqual(expected);
    expect(complaints([text])).toBe('');
  });

  test('a tier whose steps are good and which failed for something else is a case of its own', () => {
    const text = junit(
      tier([step('health', 'ok')], { status: 'partial', exitCode: 3, findings: [finding('no record')] }),
    );
    expect(countsOf(text)).toEqual([2, 1, 0, 0]);
    expect(text).toContain('no record [VOPS-X]');
  });

  test('whatever the text, the document is valid XML of that form', () => {
    const texts: string[] = [];
    const any = fc.string({ unit: 'binary', maxLength: 40 });
    const hostile = fc.constantFrom(
      ']]>',
      '\0\u0001\u001b[2J',
      '\ud800',
      '\udfff',
      '\ufffe\uffff',
      '<!--',
      '&#0;',
      '"\'>',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.oneof(any, hostile), fc.constantFrom(...STATUSES), (text, status) => {
        texts.push(junit(tier([step(`s${text}`, status, text)], { findings: [finding(text)], status }), text));
      }),
      { numRuns: 200 },
    );
    expect(complaints(texts)).toBe('');
  });

  test('from the command line: a tier without a backend', async () => {
    const { code, stdout } = await run([
      'maintenance',
      'daily',
      '--dry-run',
      '--only',
      'health,queue',
      '--format',
      'junit',
    ]);
    expect(code).toBe(4);
    expect(stdout).toContain('<testcase name="queue"');
    expect(complaints([stdout])).toBe('');
  });

  test('from the command line: a wrong call', async () => {
    const { code, stdout } = await run(['health', '--bogus', '--format', 'junit']);
    expect(code).toBe(2);
    expect(complaints([stdout])).toBe('');
  });
});

/** Samples by name and labels. */
const samplesIn = (path: string): Map<string, number> =>
  new Map(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

describe('--textfile', () => {
  const labels = 'command="maintenance daily",environment="default"';
  const fresh = () => join(temporaryDirectory(), 'daily.prom');

  test('promtool finds nothing to complain of, whatever the text', async () => {
    const path = fresh();
    const steps = [step('a "quoted"\n\\ step', 'ok'), step('b', 'failed', 'x')];
    await writeTextfile(path, tier(steps, { status: 'partial', exitCode: 3, findings: [finding('f')] }));
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: readFileSync(path), encoding: 'utf8' });
    expect(checked).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(statSync(path).mode & 0o777).toBe(0o644);
    const samples = samplesIn(path);
    expect(samples.get(`viktoria_ops_run_status{${labels},status="partial"}`)).toBe(1);
    expect(samples.get(`viktoria_ops_run_status{${labels},status="ok"}`)).toBe(0);
    expect(samples.get(`viktoria_ops_run_exit_code{${labels}}`)).toBe(3);
    expect(samples.get(`viktoria_ops_run_duration_seconds{${labels}}`)).toBe(0.412);
    expect(samples.get(`viktoria_ops_run_findings{${labels},severity="error"}`)).toBe(1);
    expect(samples.get(`viktoria_ops_step_status{${labels},step="b",status="failed"}`)).toBe(1);
    expect(samples.get(`viktoria_ops_step_duration_seconds{${labels},step="b"}`)).toBe(0.02);
  });

  test('the last success stays through runs that fail, and is nobody else’s', async () => {
    const path = fresh();
    const lastSuccess = () => samplesIn(path).get(`viktoria_ops_run_last_success_timestamp_seconds{${labels}}`);
    await writeTextfile(path, tier([], { status: 'failed', exitCode: 1 }));
    expect(lastSuccess()).toBeUndefined();
    await writeTextfile(path, tier([], { status: 'warning' }));
    const at = Date.parse('2026-11-23T03:00:00.412Z') / 1000;
    expect(lastSuccess()).toBe(at);
    for (const hour of ['04', '05']) {
      await writeTextfile(
        path,
        tier([], { status: 'failed', exitCode: 1, startedAt: `2026-11-23T${hour}:00:00.000Z` }),
      );
      expect(lastSuccess()).toBe(at);
    }
    await writeTextfile(path, document({ status: 'failed', exitCode: 1 }));
    expect(readFileSync(path, 'utf8')).not.toContain('last_success');
  });

  test('a file that is damaged is a file without a last success', async () => {
    const path = fresh();
    writeFileSync(path, `viktoria_ops_run_last_success_timestamp_seconds{${labels}} soon\n`);
    await writeTextfile(path, tier([], { status: 'failed', exitCode: 1 }));
    expect(readFileSync(path, 'utf8')).not.toContain('last_success');
  });

  test('from the command line, relative to where one is', async () => {
    const cwd = temporaryDirectory();
    const { code } = await run(['version', '--textfile', 'version.prom'], { cwd });
    expect(code).toBe(0);
    expect(
      samplesIn(join(cwd, 'version.prom')).get('viktoria_ops_run_exit_code{command="version",environment="default"}'),
    ).toBe(0);
    expect(readdirSync(cwd)).toEqual(['version.prom']);
  });

  test('a file that cannot be written is said, and no success', async () => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, 'version.prom'));
    const { code, stdout, stderr } = await run(['version', '--textfile', 'version.prom'], { cwd });
    expect(stdout).toContain('OK  version');
    expect(stderr).toContain('version.prom');
    expect(stderr).not.toContain('undefined');
    expect(code).toBe(1);
  });

  test('another ending than the one that is collected is refused', async () => {
    const { code, stderr } = await run(['version', '--textfile', '/tmp/version.txt']);
    expect(code).toBe(2);
    expect(stderr).toContain('--textfile: expected a path that ends in .prom');
  });
});

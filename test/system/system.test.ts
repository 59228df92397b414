import { describe, expect, test } from '@jest/globals';
import { ConfigSections } from '../../src/lib/config/schema.js';
import { OperatorError } from '../../src/lib/errors.js';
import type { Finding } from '../../src/lib/status.js';
import { bounded } from '../../src/lib/system/bounded.js';
import { judgeSystem } from '../../src/lib/system/decide.js';
import { inspectSystem, SystemReport } from '../../src/lib/system/index.js';
import { configWith } from '../support/pg.js';
import { run, runJson } from '../support/run.js';

const GIB = 2 ** 30;

describe('judging the host', () => {
  const { kpis } = ConfigSections.parse({});
  const memoryAt = (usage: number) => ({
    used: usage * GIB,
    available: (1 - usage) * GIB,
    total: GIB,
    usage,
    free: 0,
    cached: 0,
    buffers: 0,
    swapUsed: 0,
    swapTotal: 0,
  });
  const disk = (usage: number, inodeUsage: number | null, isWritable = true) => ({
    mount: '/data',
    device: '/dev/sdb',
    type: 'ext4',
    sizeBytes: GIB,
    usedBytes: 0,
    availableBytes: 0,
    usage,
    inodeUsage,
    isWritable,
  });

  test.each([
    ['at the limit', memoryAt(0.8), [disk(0.85, 0.85)], []],
    ['memory', memoryAt(0.81), [], ['warning VOPS-MEMORY-USAGE']],
    ['memory, badly', memoryAt(0.91), [], ['error VOPS-MEMORY-USAGE']],
    ['disk', memoryAt(0), [disk(0.86, 0.1)], ['warning VOPS-DISK-USAGE']],
    ['inodes while bytes are free', memoryAt(0), [disk(0.2, 0.96)], ['error VOPS-INODE-USAGE']],
    ['a file system without inodes', memoryAt(0), [disk(0.2, null)], []],
    ['a read-only image is always full', memoryAt(0), [disk(1, 1, false)], []],
    ['memory not readable', null, [], []],
  ])('%s', (_, memory, filesystems, expected) => {
    const found = judgeSystem({ memory, filesystems }, kpis);
    expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  test('says how full, where and against what', () => {
    const [finding] = judgeSystem({ memory: null, filesystems: [disk(0.871, 0)] }, kpis);
    expect(finding?.message).toBe('the file system at /data is 87.1 % used (limit 85 %)');
  });
});

describe('a reading', () => {
  const findings: Finding[] = [];
  const reading = { name: 'disks', onFailure: (finding: Finding) => findings.push(finding), timeoutMs: 50 };
  const { signal } = new AbortController();

  test.each([
    ['that hangs', () => new Promise<never>(() => {}), 'no answer within 50 ms'],
    ['that fails', () => Promise.reject(new Error('df: nothing there')), 'df: nothing there'],
  ])('%s is a finding', async (_, reader, words) => {
    expect(await bounded({ ...reading, reader, signal })).toBeNull();
    expect(findings.splice(0)).toMatchObject([{ severity: 'unknown', message: expect.stringContaining(words) }]);
  });

  test('of an aborted run gives its reason', async () => {
    const reason = new OperatorError('VOPS-SIGINT', 'interrupted');
    const reader = () => new Promise<never>(() => {});
    await expect(bounded({ ...reading, reader, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(findings).toEqual([]);
  });
});

test('this host, for real', async () => {
  const { signal } = new AbortController();
  const { result, findings } = await inspectSystem({ config: configWith({}), signal }, { top: 3 });
  expect(findings.filter(({ severity }) => severity === 'unknown')).toEqual([]);
  expect(SystemReport.parse(result)).toEqual(result);
  const { cpu, memory, filesystems, processes } = result;
  expect(cpu?.usage).toBeGreaterThanOrEqual(0);
  expect(cpu?.usage).toBeLessThanOrEqual(1);
  expect((memory?.used ?? 0) + (memory?.available ?? 0)).toBe(memory?.total);
  expect(new Set(filesystems.map(({ device }) => device)).size).toBe(filesystems.length);
  expect(processes.length).toBeLessThanOrEqual(3);
  const busiestFirst = processes.map(({ cpuUsage }) => cpuUsage);
  expect(busiestFirst).toEqual([...busiestFirst].sort((a, b) => b - a));
});

test('the command', async () => {
  const { code, document } = await runJson(['system', '--top', '2']);
  expect(document).toMatchObject({ command: 'system', exitCode: code });
  expect(document.result.processes.length).toBeLessThanOrEqual(2);
  expect(await run(['system', '--top', '-1'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--top') });
});

test('an aborted run ends at once', async () => {
  const reason = new OperatorError('VOPS-DEADLINE', 'over');
  const context = { config: configWith({}), signal: AbortSignal.abort(reason) };
  await expect(inspectSystem(context, { top: 3 })).rejects.toBe(reason);
});
